import assert from "node:assert/strict";
import { DEFAULT_ENTRIES } from "../../lib/config/entry_names.ts";
import { findEntry, requireEntry } from "../../lib/function/find_entry.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

/** Names in a folder beside `secret.ts`, which is out of it, and what refuses each. */
const refused: readonly [entry: string, problem: RegExp][] = [
  ["link.ts", /is "link\.ts", which leads out of the folder/],
  ["absolute.ts", /is "absolute\.ts", which leads out of the folder/],
  ["up/secret.ts", /is "up\/secret\.ts", which leads out of the folder/],
  ["device.ts", /is "device\.ts", which is not a file/],
  ["pipe.ts", /is "pipe\.ts", which is not a file/],
  ["directory.ts", /is "directory\.ts", which is not a file/],
  ["broken.ts", /is "broken\.ts", which does not exist/],
  ["index.ts/x.ts", /is "index\.ts\/x\.ts", which does not exist/],
];

Deno.test("findEntry() refuses entries out of the folder, and what is not a file", async () => {
  await using directory = await temporaryDirectory();
  const folder = directory.at("a");
  await directory.write("a/index.ts");
  await directory.write("a/inside.ts");
  await directory.write("secret.ts");
  await Deno.mkdir(directory.at("a/directory.ts"));
  await new Deno.Command("mkfifo", { args: [directory.at("a/pipe.ts")] }).output();
  const links = {
    "link.ts": "../secret.ts",
    "absolute.ts": directory.at("secret.ts"),
    "up": "..",
    "broken.ts": "nowhere",
    "device.ts": "/dev/zero",
    "good.ts": "inside.ts",
  };
  for (const [name, target] of Object.entries(links)) {
    await Deno.symlink(target, directory.at(`a/${name}`));
  }
  for (const [entry, problem] of refused) {
    await directory.write("a/ddsrv.json", JSON.stringify({ entry }));
    const choice = await findEntry(folder, DEFAULT_ENTRIES);
    assert.ok(choice.type === "wrong" && problem.test(choice.problem), JSON.stringify(choice));
    await assert.rejects(requireEntry(folder, DEFAULT_ENTRIES), problem);
  }
  await directory.write("a/ddsrv.json", '{ "entry": "good.ts" }');
  assert.equal(await requireEntry(folder, DEFAULT_ENTRIES), "good.ts");
  assert.equal(await requireEntry(folder, ["index.ts"]), "index.ts");
});

Deno.test("findEntry() runs no task with a file out of the folder", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("secret.ts");
  await directory.write("a/deno.json", '{ "tasks": { "start": "deno run -A link.ts" } }');
  await directory.write("a/package.json", '{ "main": "./link.ts" }');
  await Deno.symlink("../secret.ts", directory.at("a/link.ts"));
  const choice = await findEntry(directory.at("a"), DEFAULT_ENTRIES);
  assert.ok(
    choice.type === "none" && /starts "link\.ts", which is not a file in it/.test(choice.reason),
  );
});

Deno.test("requireEntry() falls back to index.ts, so that a check says what is missing", async () => {
  await using directory = await temporaryDirectory();
  assert.equal(await requireEntry(directory.path, DEFAULT_ENTRIES), "index.ts");
});
