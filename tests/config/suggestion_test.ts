import assert from "node:assert/strict";
import { nearest } from "../../lib/config/suggestion.ts";

const keys = ["egress", "env", "port", "stopGrace", "startTimeout"];

const cases: readonly [word: string, meant: string | undefined][] = [
  ["egres", "egress"],
  ["EGRESS", "egress"],
  ["ports", "port"],
  ["stopgrase", "stopGrace"],
  ["startTimeot", "startTimeout"],
  ["en", "env"],
  ["prot", "port"],
  ["prto", undefined],
  ["completely", undefined],
  ["", undefined],
];

for (const [word, meant] of cases) {
  Deno.test(`nearest() suggests ${meant} for "${word}"`, () => {
    assert.equal(nearest(word, keys), meant);
  });
}

Deno.test("nearest() has no suggestion without candidates", () => {
  assert.equal(nearest("port", []), undefined);
});

Deno.test("nearest() prefers the nearer of two, and the first of two that are as near", () => {
  assert.equal(nearest("stopgrac", ["stopGrande", "stopGrace"]), "stopGrace");
  assert.equal(nearest("cat", ["bat", "hat"]), "bat");
});
