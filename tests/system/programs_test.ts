import assert from "node:assert/strict";
import { findMissingPrograms, programs } from "../../lib/system/programs.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

async function missing(path: string): Promise<string[]> {
  return (await findMissingPrograms(path)).map((program) => program.name);
}

Deno.test("findMissingPrograms() finds executable files in any directory of the path", async () => {
  await using directory = await temporaryDirectory();
  for (const [index, { name }] of programs.entries()) {
    await Deno.chmod(await directory.write(`${index % 2}/${name}`), 0o755);
  }
  const path = `${directory.at("none")}::${directory.at("0")}:${directory.at("1")}`;
  assert.deepEqual(await missing(path), []);
  assert.deepEqual(await missing(directory.at("0")), ["nft", "nsenter"]);
});

Deno.test("findMissingPrograms() ignores files that are not executable", async () => {
  await using directory = await temporaryDirectory();
  await Deno.chmod(await directory.write("ip"), 0o644);
  await Deno.mkdir(directory.at("nft"));
  await Deno.symlink(directory.at("nowhere"), directory.at("bwrap"));
  const all = programs.map((program) => program.name);
  assert.deepEqual(await missing(directory.path), all);
  assert.deepEqual(await missing(""), all);
});
