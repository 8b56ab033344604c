import assert from "node:assert/strict";
import { hasColours } from "../../../cli/output/has_colours.ts";

const cases: readonly [environment: Record<string, string>, isTerminal: boolean, has: boolean][] = [
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: "1" }, true, false],
  [{ NO_COLOR: "" }, true, true],
  [{ FORCE_COLOR: "1" }, false, true],
  [{ FORCE_COLOR: "0" }, false, false],
  [{ TERM: "dumb" }, true, false],
  [{ TERM: "dumb", FORCE_COLOR: "1" }, true, true],
  [{ TERM: "xterm" }, true, true],
  [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, false],
];

for (const [environment, isTerminal, has] of cases) {
  const where = isTerminal ? "a terminal" : "no terminal";
  Deno.test(`hasColours() of ${where} and ${JSON.stringify(environment)} is ${has}`, () => {
    assert.equal(hasColours({ isTerminal: () => isTerminal }, environment), has);
  });
}
