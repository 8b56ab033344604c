import assert from "node:assert/strict";
import { createLatestSaver } from "../../lib/system/save_latest.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("createLatestSaver() writes the latest state once for several calls", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("state/file");
  let state = "";
  const written: string[] = [];
  const content = (): string => {
    written.push(state);
    return state;
  };
  const { save, saved } = createLatestSaver({ path, content, onError: assert.fail });
  for (state of ["one", "two", "three"]) void save();
  await saved();
  assert.equal(await Deno.readTextFile(path), "three");
  assert.deepEqual(written, ["one", "three"]);
});

Deno.test("createLatestSaver() tries again after a failure", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("file/below");
  await directory.write("file");
  const errors: Error[] = [];
  const { save } = createLatestSaver({
    path,
    content: () => "text",
    onError: (error) => void errors.push(error),
  });
  await save();
  assert.equal(errors.length, 1);
  await Deno.remove(directory.at("file"));
  await save();
  assert.equal(await Deno.readTextFile(path), "text");
  assert.equal(errors.length, 1);
});
