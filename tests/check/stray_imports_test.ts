import assert from "node:assert/strict";
import { findStrayImports } from "../../lib/check/stray_imports.ts";

const SURROUNDINGS = { functionsDirectory: "/f", directories: ["/f/a", "/real/a"] };

function graph(from: string, to: string, kind = "code"): string {
  const span = { start: { line: 2, character: 7 } };
  const dependencies = [{ [kind]: { specifier: to, span } }];
  return JSON.stringify({ modules: [{ specifier: from, dependencies }, { specifier: to }] });
}

const cases: readonly [what: string, json: string, place: string | undefined][] = [
  ["another function's code", graph("file:///f/a/index.ts", "file:///f/b/x.ts"), "/f/a/index.ts"],
  ["a type import", graph("file:///f/a/index.ts", "file:///x.ts", "type"), "/f/a/index.ts"],
  [
    "an import from _shared to elsewhere",
    graph("file:///f/_shared/m.ts", "file:///x.ts"),
    "/f/_shared/m.ts",
  ],
  ["a folder with the same prefix", graph("file:///f/a/i.ts", "file:///f/ab/x.ts"), "/f/a/i.ts"],
  [
    "another file of the functions directory",
    graph("file:///f/a/i.ts", "file:///f/x.ts"),
    "/f/a/i.ts",
  ],
  ["its own code", graph("file:///f/a/index.ts", "file:///f/a/lib/x.ts"), undefined],
  ["its own code by its other path", graph("file:///f/a/i.ts", "file:///real/a/x.ts"), undefined],
  ["shared code", graph("file:///f/a/index.ts", "file:///f/_shared/x.ts"), undefined],
  ["the common configuration", graph("file:///f/a/i.ts", "file:///f/deno.json"), undefined],
  ["remote code", graph("file:///f/a/index.ts", "https://deno.land/x/a.ts"), undefined],
  ["imports of stray code", graph("file:///f/b/x.ts", "file:///y.ts"), undefined],
  ["a text that is not a graph", "error", undefined],
  ["null", "null", undefined],
];

for (const [what, json, place] of cases) {
  Deno.test(`findStrayImports() of ${what}: ${place ?? "none"}`, () => {
    const found = findStrayImports(json, SURROUNDINGS);
    assert.deepEqual(
      found.map(({ file, line, column }) => [file, line, column]),
      place === undefined ? [] : [[place, 3, 8]],
    );
  });
}
