import assert from "node:assert/strict";
import { relative } from "node:path";
import { findWatchedFiles } from "../../lib/function/watched_files.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("findWatchedFiles() finds what patterns match, and reads only where they can", async () => {
  await using directory = await temporaryDirectory();
  const { path, at, write } = directory;
  const names = [
    "index.ts",
    "a.html",
    "t/a",
    "t/.hidden",
    "t/deep/b",
    "uploads/u",
    ".env",
    "s/x.ts",
  ];
  for (const name of [...names, "node_modules/m/index.js", "t/node_modules/m"]) await write(name);
  await Deno.symlink("/etc", at("t/link"));
  await Deno.symlink("t", at("s/t"));
  const find = async (patterns: readonly string[], except: readonly string[] = []) => {
    const found = await findWatchedFiles(path, { patterns, except });
    const short = (all: readonly string[]): string[] => all.map((one) => relative(path, one));
    return [short(found.files), short(found.directories)];
  };
  assert.deepEqual(await find(["t", "*.html"]), [
    ["a.html", "t/a", "t/deep/b", "t/link"],
    ["t", "t/deep"],
  ]);
  assert.deepEqual(await find(["**"], ["uploads", "t/deep"]), [
    ["a.html", "index.ts", "s/t", "s/x.ts", "t/a", "t/link"],
    ["s", "t"],
  ]);
  assert.deepEqual(await find([]), [[], []]);
  assert.deepEqual(await findWatchedFiles(at("missing"), { patterns: ["**"], except: [] }), {
    files: [],
    directories: [],
    isTooMany: false,
  });
});

Deno.test("findWatchedFiles() gives up after a maximum number of entries", async () => {
  await using directory = await temporaryDirectory();
  for (let index = 0; index < 10; index++) await directory.write(`t/${index}`);
  const rule = { patterns: ["t"], except: [] };
  // The folder has one entry, the directory ten.
  const all = await findWatchedFiles(directory.path, rule, { maxEntries: 11 });
  assert.deepEqual([all.files.length, all.isTooMany], [10, false]);
  const few = await findWatchedFiles(directory.path, rule, { maxEntries: 10 });
  assert.deepEqual(few, { files: [], directories: [], isTooMany: true });
});
