import assert from "node:assert/strict";
import { isSame } from "../../lib/config/is_same.ts";

const cases: readonly [one: unknown, other: unknown, expected: boolean][] = [
  [{ a: [1, "x"] }, { a: [1, "x"] }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: Infinity }, { a: Infinity }, true],
  [{ a: Infinity }, { a: null }, false],
  [Infinity, 1, false],
  [undefined, undefined, true],
  [undefined, {}, false],
];

for (const [one, other, expected] of cases) {
  Deno.test(`isSame() of ${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
    assert.equal(isSame(one, other), expected);
  });
}
