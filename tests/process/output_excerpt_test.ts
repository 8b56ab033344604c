import assert from "node:assert/strict";
import { createOutputExcerpt, type ExcerptLimits } from "../../lib/process/output_excerpt.ts";

const LIMITS: ExcerptLimits = { lines: 2, units: 10, lineUnits: 5 };

const cases: readonly [what: string, lines: readonly string[], text: string][] = [
  ["nothing", [], ""],
  ["few lines", ["a", "b", "c"], "a\nb\nc"],
  ["as many lines as both ends hold", ["a", "b", "c", "d"], "a\nb\nc\nd"],
  [
    "one line more",
    ["a", "b", "c", "d", "e"],
    "a\nb\n… 1 line left out, see: ddsrv logs app\nd\ne",
  ],
  [
    "many lines",
    [..."abcdefgh"],
    "a\nb\n… 4 lines left out, see: ddsrv logs app\ng\nh",
  ],
  ["empty lines", ["", "", "", ""], "\n\n\n"],
  ["a long line", ["abcdef"], "abcd…"],
];

for (const [what, lines, text] of cases) {
  Deno.test(`createOutputExcerpt() of ${what}`, () => {
    const excerpt = createOutputExcerpt("app", LIMITS);
    for (const line of lines) excerpt.push({ text: line, isPartial: false });
    assert.equal(excerpt.text(), text);
  });
}

Deno.test("createOutputExcerpt() limits the text at each end, not only its lines", () => {
  const excerpt = createOutputExcerpt("app", { lines: 9, units: 10, lineUnits: 5 });
  for (const text of ["aaaa", "bbbb", "cccc", "d", "eeee", "ffff"]) {
    excerpt.push({ text, isPartial: false });
  }
  assert.equal(
    excerpt.text(),
    "aaaa\nbbbb\n… 1 line left out, see: ddsrv logs app\nd\neeee\nffff",
  );
});

Deno.test("createOutputExcerpt() keeps 20 lines at each end by default", () => {
  const excerpt = createOutputExcerpt("app");
  for (let line = 1; line <= 1000; line++) excerpt.push({ text: `${line}`, isPartial: false });
  const lines = excerpt.text().split("\n");
  assert.equal(lines.length, 41);
  assert.deepEqual([lines[0], lines[19], lines[20], lines[21], lines[40]], [
    "1",
    "20",
    "… 960 lines left out, see: ddsrv logs app",
    "981",
    "1000",
  ]);
});
