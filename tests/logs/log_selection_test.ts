import assert from "node:assert/strict";
import type { LogRecord } from "../../lib/logs/log_record.ts";
import { createSelector, type Selection } from "../../lib/logs/log_selection.ts";

function record(second: number, change: Partial<LogRecord> = {}): LogRecord {
  const time = new Date(second * 1_000).toISOString();
  return { time, stream: "stdout", text: `line ${second}`, isPartial: false, ...change };
}

const records = [
  record(1),
  record(2, { stream: "stderr" }),
  record(3, { text: "a needle in a ", isPartial: true }),
  record(4, { text: "haystack" }),
  record(5, { text: "no end", isPartial: true }),
];

const cases: readonly [what: string, Selection, texts: readonly string[]][] = [
  ["nothing said", {}, ["line 1", "line 2", "a needle in a haystack", "no end"]],
  ["parts", { isInParts: true }, ["line 1", "line 2", "a needle in a ", "haystack", "no end"]],
  ["a stream", { stream: "stderr" }, ["line 2"]],
  ["since, that time included", { sinceMs: 4_000 }, ["a needle in a haystack", "no end"]],
  ["until, that time included", { untilMs: 2_000 }, ["line 1", "line 2"]],
  ["a moment", { sinceMs: 2_000, untilMs: 2_000 }, ["line 2"]],
  ["a pattern over parts", { pattern: /needle.*hay/ }, ["a needle in a haystack"]],
  ["a pattern in parts", { pattern: /needle.*hay/, isInParts: true }, []],
  ["a pattern of a cut line", { pattern: /^no end$/ }, ["no end"]],
  ["all at once", { pattern: /line/, stream: "stdout", untilMs: 9_000 }, ["line 1"]],
];

for (const [what, selection, texts] of cases) {
  Deno.test(`createSelector() selects ${what}`, () => {
    const selector = createSelector(selection);
    const lines = [...records.flatMap((one) => selector.push([one])), ...selector.end()];
    assert.deepEqual(lines.map((line) => line.text), texts);
  });
}
