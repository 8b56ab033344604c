import assert from "node:assert/strict";
import { describeUnused, isDebug } from "../../lib/config/debug.ts";

const cases: readonly [text: string | undefined, isOn: boolean][] = [
  [undefined, false],
  ["", false],
  ["0", false],
  ["False", false],
  ["no", false],
  ["1", true],
  ["true", true],
  ["express:*", true],
];

for (const [text, isOn] of cases) {
  Deno.test(`isDebug() of ${JSON.stringify(text)} is ${isOn}`, () => {
    assert.equal(isDebug(text), isOn);
  });
}

Deno.test("describeUnused() names variables that are set and have no effect", () => {
  assert.deepEqual(describeUnused({ BASE_PORT: "8001", MAX_PORT: "", PORT: "1" }), [
    "BASE_PORT has no effect: each function has its own ports",
  ]);
});
