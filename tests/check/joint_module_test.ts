import assert from "node:assert/strict";
import { readJointModule } from "../../lib/check/joint_module.ts";

const FOLLOWED: readonly (readonly [text: string, imports: readonly string[]])[] = [
  ["", []],
  ['import { a } from "./a.ts";', ["./a.ts"]],
  ["import './a.ts'; export * from '../_shared/b.mts';", ["./a.ts", "../_shared/b.mts"]],
  ['import type { A } from /* the type */ "./a.ts";\nimport\n"./a.ts";', ["./a.ts"]],
  ["const { b } = await import(`./b.ts`);", ["./b.ts"]],
  ['type A = import("./a.ts").A;', ["./a.ts"]],
  ['import fs from "node:fs/promises";', []],
  ["const from = 1; import.meta.dirname;", []],
];

for (const [text, imports] of FOLLOWED) {
  Deno.test(`readJointModule() follows the imports of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(readJointModule(text), imports);
  });
}

const REFUSED: readonly string[] = [
  "declare global { var a: string }\nexport {};",
  'declare /* x */ module "node:fs" { const a: string }',
  "// @ts-ignore\nglobal { interface String { a: string } }\nexport {};",
  "/* @TS-NOCHECK */",
  "// @ts-expect-error",
  '/// <reference lib="dom" />',
  '/// <reference types="./a.d.ts" />',
  '// @deno-types="./a.d.ts"\nimport "./a.js";',
  '// @ts-types="./a.d.ts"\nimport "./a.ts";',
  'new Worker(new URL("w.ts", import.meta.url));',
  'import a = require("./a.ts");',
  'import "npm:ms@2";',
  'import "jsr:@std/path";',
  'import "https://registry.test/a.ts";',
  'import "bare";',
  'import "/etc/a.ts";',
  'import "file:///f/b/index.ts";',
  'import "./a.d.ts";',
  'import "./a.js";',
  'import "./a.json" with { type: "json" };',
  'import "./a.ts?b";',
  'import "./%61.ts";',
];

for (const text of REFUSED) {
  Deno.test(`readJointModule() refuses ${JSON.stringify(text)}`, () => {
    assert.equal(readJointModule(text), undefined);
  });
}

Deno.test("readJointModule() reads a large text without an import", () => {
  for (const piece of ["import/*", "from ", "import(", "import//\n", "from/**/"]) {
    assert.deepEqual(readJointModule(piece.repeat(256 * 1024 / piece.length)), [], piece);
  }
});
