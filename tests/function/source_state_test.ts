import assert from "node:assert/strict";
import { changeTimeMs } from "../../lib/function/change_time.ts";
import { hashFiles, stampFiles } from "../../lib/function/source_state.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("hashFiles() does not depend on the order of paths", async () => {
  await using directory = await temporaryDirectory();
  const [a, b] = [await directory.write("a", "1"), await directory.write("b", "2")];
  assert.equal(await hashFiles(directory.path, [a, b]), await hashFiles(directory.path, [b, a]));
});

Deno.test("hashFiles() distinguishes swapped contents, missing files and empty files", async () => {
  await using directory = await temporaryDirectory();
  const paths = [await directory.write("a", "1"), await directory.write("b", "2")];
  const hashes = [await hashFiles(directory.path, paths)];
  await directory.write("a", "2");
  await directory.write("b", "1");
  hashes.push(await hashFiles(directory.path, paths));
  await directory.write("a", "");
  hashes.push(await hashFiles(directory.path, paths));
  await Deno.remove(directory.at("a"));
  hashes.push(await hashFiles(directory.path, paths));
  hashes.push(await hashFiles(directory.path, [paths[1]!]));
  assert.equal(new Set(hashes).size, hashes.length);
});

Deno.test("hashFiles() counts a directory as missing", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("index.ts");
  const missing = await hashFiles(directory.path, [path]);
  await Deno.mkdir(path);
  assert.equal(await hashFiles(directory.path, [path]), missing);
});

Deno.test("stampFiles() returns the latest change and ignores missing files", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("a");
  const stamp = await stampFiles([directory.at("none"), path]);
  assert.equal(stamp.empty, 1);
  assert.equal(stamp.changedAtMs, changeTimeMs(await Deno.stat(path)));
  assert.match(stamp.text, /^- \d+:\d+:0:\d+:\d+$/);
  assert.deepEqual(await stampFiles([directory.at("none")]), {
    text: "-",
    changedAtMs: 0,
    empty: 0,
  });
});

Deno.test("stampFiles() sees a file replaced by one of the same size and time", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("a", "1");
  await Deno.utime(path, 1, 1);
  const before = await stampFiles([path]);
  await directory.write("b", "2");
  await Deno.utime(directory.at("b"), 1, 1);
  await Deno.rename(directory.at("b"), path);
  assert.notEqual((await stampFiles([path])).text, before.text);
});
