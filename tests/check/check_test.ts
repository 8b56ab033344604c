import assert from "node:assert/strict";
import { parseModules } from "../../lib/check/check.ts";

function graph(...specifiers: string[]): string {
  return JSON.stringify({ version: 1, modules: specifiers.map((specifier) => ({ specifier })) });
}

const cases: readonly [what: string, json: string, modules: readonly string[] | undefined][] = [
  ["files below the directory, sorted", graph("file:///f/b/index.ts", "file:///f/_shared/a.ts"), [
    "/f/_shared/a.ts",
    "/f/b/index.ts",
  ]],
  ["no remote, npm or data modules", graph("https://x.example/f/a.ts", "npm:/x@1", "data:,x"), []],
  ["no files outside the directory", graph("file:///etc/passwd", "file:///f2/a.ts"), []],
  ["no file behind ..", graph("file:///f/../etc/passwd"), []],
  ["paths with spaces and escapes", graph("file:///f/a%20b/%C3%A9%25.ts"), ["/f/a b/é%.ts"]],
  ["no path with an escaped slash", graph("file:///f/a%2Fb.ts", "file:///f/a.ts"), [
    "/f/a.ts",
  ]],
  ["no file of another host", graph("file://host/f/a.ts", "file:///f/a.ts"), ["/f/a.ts"]],
  ["no URL that does not parse", graph("file://[/f/a.ts"), []],
  ["nothing for an empty graph", "{}", []],
  ["undefined for invalid JSON", "error: no such file", undefined],
  ["undefined for an empty text", "", undefined],
  ["undefined for null", "null", undefined],
];

for (const [what, json, modules] of cases) {
  Deno.test(`parseModules() returns ${what}`, () => {
    assert.deepEqual(parseModules(json, "/f"), modules);
  });
}

Deno.test("parseModules() limits the number of modules", () => {
  const specifiers = Array.from({ length: 10_005 }, (_, index) => `file:///f/${index}.ts`);
  assert.equal(parseModules(graph(...specifiers), "/f")?.length, 10_000);
});

Deno.test("parseModules() does not overflow the stack for deep nesting", () => {
  const half = 512 * 1024;
  assert.equal(parseModules("[".repeat(2 * half), "/f"), undefined);
  assert.deepEqual(parseModules("[".repeat(half) + "]".repeat(half), "/f"), []);
  const deep = `{"modules":[{"specifier":"file:///f/a","x":${"[".repeat(half)}${
    "]".repeat(half)
  }}]}`;
  assert.deepEqual(parseModules(deep, "/f"), ["/f/a"]);
});
