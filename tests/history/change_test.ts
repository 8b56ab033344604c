import assert from "node:assert/strict";
import { type Change, parseChange, reasonLine } from "../../lib/history/change.ts";

const REVISION = "ab".repeat(32);

const change: Change = {
  id: "0123456789ab",
  atMs: 1_000,
  by: "deploy",
  commit: "0123abc",
  user: { uid: 0, name: "root" },
  revision: REVISION,
  subject: undefined,
  result: "failed",
  stage: "check",
  reason: "The check failed",
  durationMs: 12,
};

Deno.test("parseChange() reads what JSON has kept, without keys that it does not know", () => {
  const text = JSON.stringify({ ...change, more: 1 });
  assert.deepEqual(parseChange(JSON.parse(text)), change);
  const bare = { id: change.id, atMs: 0, by: "edit", result: "ready", durationMs: 0 };
  const parsed = parseChange(bare)!;
  assert.deepEqual(JSON.parse(JSON.stringify(parsed)), bare);
});

const wrong: readonly (readonly [string, object])[] = [
  ["an unknown cause", { by: "magic" }],
  ["an unknown result", { result: "fine" }],
  ["a commit that is no commit", { commit: "main; rm -rf /" }],
  ["a short revision", { revision: "ab" }],
  ["no time", { atMs: "now" }],
  ["a negative duration", { durationMs: -1 }],
  ["a time that no date has", { atMs: 1e300 }],
  ["a user without an id", { user: { name: "root" } }],
  ["an unknown stage", { stage: "night" }],
  ["a reason that is too long", { reason: "x".repeat(301) }],
  ["a subject that is no text", { subject: 1 }],
  ["an id with other characters", { id: "../../../etc" }],
];

for (const [what, part] of wrong) {
  Deno.test(`parseChange() refuses ${what}`, () => {
    assert.equal(parseChange({ ...change, ...part }), undefined);
  });
}

for (const value of [undefined, null, [], "text", 1]) {
  Deno.test(`parseChange() refuses ${JSON.stringify(value)}`, () => {
    assert.equal(parseChange(value), undefined);
  });
}

const lines: readonly (readonly [text: string, line: string])[] = [
  ["one line", "one line"],
  ["\n  \n  first \nsecond", "first"],
  ["\x1b[31mTS2322\x1b[0m [ERROR]: no", "TS2322 [ERROR]: no"],
  ["", ""],
  ["x".repeat(301), `${"x".repeat(299)}…`],
  [`${"x".repeat(298)}😀😀`, `${"x".repeat(298)}\ufffd…`],
];

for (const [text, line] of lines) {
  Deno.test(`reasonLine() of ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.equal(reasonLine(text), line);
  });
}
