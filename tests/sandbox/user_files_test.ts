import assert from "node:assert/strict";
import { createUserFiles, formatUserFiles } from "../../lib/sandbox/user_files.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("formatUserFiles() has entries of root, nobody and the function's user", () => {
  assert.deepEqual(formatUserFiles(34577), {
    passwd: "root:x:0:0:root:/root:/usr/sbin/nologin\n" +
      "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n" +
      "function:x:34577:34577:function:/tmp:/usr/sbin/nologin\n",
    group: "root:x:0:\nnogroup:x:65534:\nfunction:x:34577:\n",
  });
});

Deno.test("formatUserFiles() has one entry for each user id", () => {
  const { passwd, group } = formatUserFiles(65534);
  assert.equal(passwd.match(/:65534:65534:/g)?.length, 1, passwd);
  assert.match(passwd, /^function:x:65534:/m);
  assert.equal(group, "root:x:0:\nfunction:x:65534:\n");
});

Deno.test("createUserFiles() writes the files of a user once, and again after a failure", async () => {
  await using directory = await temporaryDirectory();
  const userFiles = createUserFiles(directory.at("users"));
  await Deno.writeTextFile(directory.at("users"), "in the way");
  await assert.rejects(userFiles(1000));
  await Deno.remove(directory.at("users"));
  const mounts = await userFiles(1000);
  assert.deepEqual(mounts.map(({ target }) => target), ["/etc/passwd", "/etc/group"]);
  assert.match(await Deno.readTextFile(String(mounts[0]!.source)), /^function:x:1000:/m);
  assert.equal(await userFiles(1000), mounts);
});
