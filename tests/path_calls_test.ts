import assert from "node:assert/strict";
import { findPathCalls } from "./path_calls.ts";

const root = new URL("..", import.meta.url);
const WORDS = /^(descriptor|root-only|name|figures|caller|kernel)(: .+)?$/;

/** A row of the table: a file, calls with their counts, and a reason. */
const ROW = /^\| `([^`]+\.ts)` +\| (.+?) +\| (.+?) +\|$/gm;

Deno.test("findPathCalls() finds calls of Deno, node:fs and our own functions", () => {
  const text = `
import { constants, lstatSync, type Stats } from "node:fs";
import { open as opened, readFile } from "node:fs/promises";
import { removeIfThere } from "./remove_if_there.ts";
// Deno.open("comment");
/** Deno.remove("comment") */
export function removeEntry(path: string): void {}
const real = ["https://a.test"].map(Deno.realPath);
await Deno.remove(path); // Deno.chmod
Deno.removeSync(path), await removeIfThere(path), file.readFile();
lstatSync(path), await readFile(path), Deno.stat(path), Deno.stat(path);
const read = promisify(readFile), own = { async lstatSync() {} };
`;
  const found = findPathCalls("a.ts", text).map(({ call, count }) => `${call} ${count}`);
  assert.deepEqual(found, [
    "Deno.realPath 1",
    "Deno.remove 1",
    "Deno.removeSync 1",
    "Deno.stat 2",
    "lstatSync 1",
    "readFile 2",
    "removeIfThere 1",
  ]);
});

Deno.test("docs/root-paths.md lists every call that takes a path", async () => {
  const page = await Deno.readTextFile(new URL("docs/root-paths.md", root));
  const written = Array.from(page.matchAll(ROW)).flatMap(([, file, calls = "", why = ""]) => {
    assert.match(why, WORDS, `${file}: the reason begins with none of the page's words`);
    return calls.split(", ").map((call) => `${file} ${call}`);
  });
  assert.ok(written.length > 100, `only ${written.length} calls are in the table`);
  const found: string[] = [];
  for (const directory of ["lib", "cli"]) {
    for await (const file of sourceFiles(directory)) {
      const calls = findPathCalls(file, await Deno.readTextFile(new URL(file, root)));
      for (const { call, count } of calls) {
        found.push(`${file} ${call}${count === 1 ? "" : ` ×${count}`}`);
      }
    }
  }
  const missing = found.filter((one) => !written.includes(one));
  const gone = written.filter((one) => !found.includes(one));
  assert.deepEqual({ missing, gone }, { missing: [], gone: [] });
});

async function* sourceFiles(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(directory, root))) {
    const path = `${directory}/${name}`;
    if (isDirectory) yield* sourceFiles(path);
    else if (name.endsWith(".ts")) yield path;
  }
}
