import assert from "node:assert/strict";
import { readOptionalTextFile } from "../../lib/system/read_optional_text_file.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("readOptionalTextFile() returns a file's text, also if it is empty", async () => {
  await using directory = await temporaryDirectory();
  assert.equal(await readOptionalTextFile(await directory.write("a", "é\n")), "é\n");
  assert.equal(await readOptionalTextFile(await directory.write("b")), "");
});

Deno.test("readOptionalTextFile() returns undefined for a missing file", async () => {
  await using directory = await temporaryDirectory();
  const file = await directory.write("a");
  assert.equal(await readOptionalTextFile(directory.at("none")), undefined);
  assert.equal(await readOptionalTextFile(`${file}/below`), undefined);
});

Deno.test("readOptionalTextFile() rejects for a directory", async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(readOptionalTextFile(directory.path));
});
