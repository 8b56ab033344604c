import assert from "node:assert/strict";
import { createSourceLines } from "../../../cli/commands/dev/source_line.ts";

const FOLDER = "file:///f/shop/";

function linesOf(lines: readonly string[]): string[] {
  const read = (path: string): string | undefined =>
    path === `${FOLDER}a.ts` ? 'one\n  throw new Error("x");\n' : undefined;
  const { add } = createSourceLines({ folder: FOLDER, read });
  return lines.flatMap(add);
}

const SHOWN = ['    2 | throw new Error("x");', "      |       ^"];

Deno.test("a stack gets the source line of its first frame in the folder, once", () => {
  const stack = [
    "Error: x",
    "    at file:///elsewhere/b.ts:1:1",
    `    at handler (${FOLDER}a.ts:2:9)`,
    `    at ${FOLDER}a.ts:2:9`,
  ];
  assert.deepEqual(linesOf(stack), [...stack.slice(0, 3), ...SHOWN, ...stack.slice(3)]);
  const [head, , frame] = stack;
  assert.deepEqual(
    linesOf([head!, frame!, "a line between", head!, frame!]),
    [head, frame, ...SHOWN, "a line between", head, frame, ...SHOWN],
  );
});

Deno.test("a stack with colors gets it too", () => {
  const frame = `    at \x1b[36m${FOLDER}a.ts\x1b[0m:\x1b[33m2\x1b[0m:\x1b[33m9\x1b[0m`;
  assert.deepEqual(linesOf([frame]), [frame, ...SHOWN]);
});

const same: readonly [what: string, lines: readonly string[]][] = [
  ["an uncaught error, whose line Deno shows", [
    "error: Uncaught Error: x",
    "  throw new Error();",
    "        ^",
    `    at ${FOLDER}a.ts:2:9`,
  ]],
  ["a file that can't be read", [`    at ${FOLDER}c.ts:2:9`]],
  ["a line that does not exist", [`    at ${FOLDER}a.ts:99:9`]],
  ["a file outside the folder", [`    at ${FOLDER}../../etc/passwd:1:1`]],
  ["text that is no stack", [`see ${FOLDER}a.ts:2:9`]],
];

for (const [what, lines] of same) {
  Deno.test(`${what} stays as it is`, () => assert.deepEqual(linesOf(lines), lines));
}
