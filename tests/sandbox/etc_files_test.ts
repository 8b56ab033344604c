import assert from "node:assert/strict";
import { writeEtcFiles } from "../../lib/sandbox/etc_files.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("writeEtcFiles() lists resolvers only for sandboxes that may reach them", async () => {
  await using directory = await temporaryDirectory();
  const etc = await writeEtcFiles(directory.at("etc"), ["192.0.2.1", "192.0.2.2"]);
  const read = async (mounts: typeof etc.online): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(
        mounts.map(async ({ source, target }) => [target, await Deno.readTextFile(String(source))]),
      ),
    );
  const always = {
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "/etc/nsswitch.conf": "hosts: files dns\n",
  };
  assert.deepEqual(await read(etc.online), {
    ...always,
    "/etc/resolv.conf": "nameserver 192.0.2.1\nnameserver 192.0.2.2\n",
  });
  assert.deepEqual(await read(etc.offline), { ...always, "/etc/resolv.conf": "" });
  assert.ok([...etc.online, ...etc.offline].every((mount) => mount.isWritable !== true));
});
