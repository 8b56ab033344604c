import assert from "node:assert/strict";
import { join } from "node:path";
import { readMounts } from "../../lib/function/local_mount.ts";
import type { Modules } from "../../lib/function/revision.ts";
import { createScanner } from "../../lib/function/scanner.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

/** Options of a scan, with the paths of modules relative to the functions directory. */
interface Stage {
  readonly modules?: readonly string[];
  readonly isComplete?: boolean;
  readonly isLocal?: boolean;
  readonly mounted?: readonly string[];
}

/** Returns true if the scan of a function "a" says that events cover it. */
async function isCovered(
  directory: TemporaryDirectory,
  { modules = [], isComplete = true, isLocal = true, mounted = [] }: Stage = {},
): Promise<boolean> {
  const known: Modules = { paths: modules.map((one) => join(directory.path, one)), isComplete };
  const scanner = createScanner({
    entries: ["index.ts"],
    functionsDirectory: directory.path,
    settleMs: 200,
    maxFiles: 1_000,
    modulesOf: () => known,
    mountsOf: () => Promise.resolve({ isLocal, names: new Set(mounted) }),
  });
  const { uncovered, functions } = await scanner.scan(Date.now() + 60_000);
  assert.ok(functions.has("a"));
  return !uncovered.has("a");
}

const module = "a/lib/deep/module.ts";

async function stage(): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  await directory.write(module);
  await directory.write("_shared/module.ts");
  return directory;
}

const rows: readonly [string, boolean, Stage][] = [
  ["its entry", true, {}],
  ["modules in its folder and in shared folders", true, {
    modules: [module, "_shared/module.ts", "a/missing.ts"],
  }],
  ["modules outside of the functions directory", false, { modules: ["../other/module.ts"] }],
  ["modules that are not all known", false, { isComplete: false }],
  ["files on a file system without events", false, { isLocal: false }],
  ["a folder with a mount", false, { mounted: ["a"] }],
  ["its entry beside another folder with a mount", true, { mounted: ["b"] }],
];

for (const [what, is, options] of rows) {
  Deno.test(`events ${is ? "cover" : "do not cover"} ${what}`, async () => {
    await using directory = await stage();
    assert.equal(await isCovered(directory, options), is);
  });
}

Deno.test("events do not cover files behind links or with another name", async () => {
  await using directory = await stage();
  await using elsewhere = await temporaryDirectory();
  await elsewhere.write("linked.ts");
  const changes: readonly [what: string, path: string, make: (path: string) => Promise<void>][] = [
    ["a link to a file", "a/lib/link.ts", (path) => Deno.symlink(elsewhere.at("linked.ts"), path)],
    ["a link to a folder", "a/lib/folder", (path) => Deno.symlink(elsewhere.path, path)],
    ["a hard link", "a/lib/hard.ts", (path) => Deno.link(elsewhere.at("linked.ts"), path)],
    ["a shared link", "_shared/link.ts", (path) => Deno.symlink(elsewhere.at("linked.ts"), path)],
  ];
  for (const [what, path, make] of changes) {
    await make(directory.at(path));
    const modules = [module, what === "a link to a folder" ? `${path}/linked.ts` : path];
    assert.equal(await isCovered(directory, { modules }), false, what);
    await Deno.remove(directory.at(path));
    assert.equal(await isCovered(directory, { modules: [module] }), true, what);
  }
});

Deno.test("events do not cover a function behind a link, nor a folder without an entry", async () => {
  await using directory = await stage();
  await Deno.symlink(directory.at("a"), directory.at("link"));
  await Deno.mkdir(directory.at("empty"));
  const scanner = createScanner({
    entries: ["index.ts"],
    functionsDirectory: directory.path,
    settleMs: 200,
    maxFiles: 1_000,
    modulesOf: () => ({ paths: [], isComplete: true }),
    mountsOf: async (path) => ({ ...await readMounts(path), isLocal: true }),
  });
  const { uncovered } = await scanner.scan(Date.now() + 60_000);
  assert.deepEqual([...uncovered].sort(), ["empty", "link"]);
});
