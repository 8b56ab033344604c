import assert from "node:assert/strict";
import { openKeptStays } from "../../lib/supervisor/kept_stays.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("openKeptStays() remembers each function's last known revision", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("stays/1.json");
  const stays = await openKeptStays(path, assert.fail);
  assert.equal(stays.find("a", "r1"), undefined);
  stays.record("a", "r1", true);
  stays.record("b", "r1", true);
  stays.record("b", "r2", false);
  stays.record("__proto__", "r1", true);
  await stays.saved();
  const again = await openKeptStays(path, assert.fail);
  const found = [["a", "r1"], ["a", "r2"], ["b", "r1"], ["b", "r2"], ["__proto__", "r1"]] as const;
  assert.deepEqual(
    found.map(([name, revision]) => again.find(name, revision)),
    [true, undefined, undefined, false, true],
  );
  await again.forget("a");
  assert.equal((await openKeptStays(path, assert.fail)).find("a", "r1"), undefined);
});

Deno.test("openKeptStays() ignores what is no record, and warns if it can't write", async () => {
  await using directory = await temporaryDirectory();
  for (const text of ["", "[]", "null", '{"a":1,"b":null,"c":{"revision":"r","isAwake":1}}']) {
    const stays = await openKeptStays(await directory.write("stays.json", text), assert.fail);
    assert.deepEqual(
      ["a", "b", "c"].map((name) => stays.find(name, "r")),
      Array(3).fill(undefined),
    );
  }
  const warnings: string[] = [];
  await directory.write("file");
  const path = directory.at("file.d");
  await Deno.mkdir(path);
  const stays = await openKeptStays(directory.at("none.json"), (text) => warnings.push(text));
  await Deno.mkdir(directory.at("none.json.new"));
  await directory.write("none.json.new/full");
  stays.record("a", "r1", true);
  await stays.saved();
  assert.match(warnings.join(), /^Cannot record which functions stay awake/);
  assert.equal(stays.find("a", "r1"), true);
});
