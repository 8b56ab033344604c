import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { createLineBudget, type LineBudget, type ReadLine } from "../../lib/process/line_budget.ts";

const NEWEST = { lines: 2, units: 100 };

const line = (text: string, more: Partial<ReadLine> = {}): ReadLine => ({
  text: text.replace(/>$/, ""),
  isPartial: text.endsWith(">"),
  stream: "stdout",
  atMs: 0,
  ...more,
});

/** Texts as they are forwarded; `>` marks a part of a line that has more of it, `!` standard error. */
const texts = (lines: readonly ReadLine[]): string[] =>
  lines.map(({ text, isPartial, stream }) =>
    (stream === "stderr" ? "!" : "") +
    text.replace(/^ddsrv: (\d+) lines were dropped: the limit is (\d+) .*$/, "[$1 over $2]") +
    (isPartial ? ">" : "")
  );

/** A budget past its first second, which forwards everything. */
function settled(maxLines: number, newest = NEWEST): LineBudget {
  const budget = createLineBudget(maxLines, newest);
  budget.admit(line("begin"), -1_000);
  return budget;
}

/** Each: what comes at once, and what is forwarded at once, and then with `flush()`. */
const rows: readonly [
  says: string,
  lines: readonly string[],
  atOnce: readonly string[],
  flushed: readonly string[],
][] = [
  ["as many as the limit", ["a", "b", "c"], ["a", "b", "c"], []],
  ["the newest wait", ["a", "b", "c", "d", "e"], ["a", "b", "c"], ["d", "e"]],
  [
    "those between are counted",
    ["a", "b", "c", "d", "e", "f", "g"],
    ["a", "b", "c"],
    ["[2 over 3]", "f", "g"],
  ],
  ["a long line counts several times", ["x".repeat(2_049), "b"], ["x".repeat(2_049)], ["b"]],
  [
    "a line that began ends where its rest is dropped",
    ["a", "b", "c>", "d>", "e>", "f", "g", "h"],
    ["a", "b", "c>"],
    ["…", "[3 over 3]", "g", "h"],
  ],
  [
    "a line whose beginning is dropped shows that",
    ["a", "b", "c", "d>", "e>", "f"],
    ["a", "b", "c"],
    ["[1 over 3]", "…e>", "f"],
  ],
  [
    "both streams share the limit, and the flood of one displaces no line of the other",
    ["a", "!b", "c", "!d", "e", "!f", "g", "h", "i"],
    ["a", "!b", "c"],
    ["!d", "!f", "[2 over 3]", "h", "i"],
  ],
  [
    "the report does not continue a line of the other stream",
    ["a", "b", "!c>", "d", "e", "!f>", "g", "!h"],
    ["a", "b", "!c>"],
    ["[1 over 3]", "e", "!f>", "g", "!h"],
  ],
  [
    "lines of both streams end",
    ["a", "b>", "!c>", "d", "!e", "f", "g", "!h", "!i"],
    ["a", "b>", "!c>"],
    ["…", "!…", "![2 over 3]", "f", "g", "!h", "!i"],
  ],
];

for (const [says, lines, atOnce, flushed] of rows) {
  Deno.test(`createLineBudget() of 3 lines: ${says}`, () => {
    const budget = settled(3);
    const parsed = lines.map((one) =>
      one.startsWith("!") ? line(one.slice(1), { stream: "stderr" }) : line(one)
    );
    deepEqual(texts(parsed.flatMap((one) => budget.admit(one, 0))), atOnce);
    deepEqual(texts(budget.flush()), flushed);
    deepEqual(budget.flush(), []);
  });
}

Deno.test("createLineBudget() drops nothing in the first second, nor without a limit", () => {
  for (const [maxLines, nowMs] of [[1, 999], [Infinity, 1e9]] as const) {
    const budget = createLineBudget(maxLines, { lines: 1, units: 1 });
    equal(budget.isPatient(0), true);
    for (const at of [0, nowMs, nowMs]) {
      for (let count = 0; count < 1_000; count++) equal(budget.admit(line("a"), at).length, 1);
    }
    equal(budget.isPatient(nowMs), true);
    equal(budget.dueMs, undefined);
  }
});

Deno.test("createLineBudget() counts the first second from the first line", () => {
  const budget = createLineBudget(1, NEWEST);
  const admit = (at: number): number => budget.admit(line("a"), at).length;
  deepEqual([5_000, 5_000, 5_999].map(admit), [1, 1, 1]);
  equal(budget.isPatient(6_000), false);
  deepEqual([6_000, 6_000].map(admit), [1, 0]);
});

Deno.test("createLineBudget() forwards what waits after a second, before the next line", () => {
  const budget = settled(1);
  const admit = (text: string, at: number): string[] => texts(budget.admit(line(text), at));
  deepEqual([admit("a", 10), budget.dueMs], [["a"], undefined]);
  deepEqual([admit("b", 20), budget.dueMs], [[], 1_010]);
  deepEqual(["c", "d"].map((text) => admit(text, 1_009)), [[], []]);
  deepEqual(admit("e", 1_010), ["[1 over 1]", "c", "d", "e"]);
  equal(budget.dueMs, undefined);
});

Deno.test("createLineBudget() keeps the times of lines, and reports at that of the last one", () => {
  const budget = settled(1);
  for (const atMs of [1, 2, 3, 4, 5]) budget.admit(line("a", { atMs }), 0);
  deepEqual(budget.flush().map(({ atMs }) => atMs), [3, 4, 5]);
});

Deno.test("createLineBudget() holds 100 to 1,000 of the newest lines, as many as the limit", () => {
  for (const [maxLines, newest] of [[1, 100], [500, 500], [50_000, 1_000]] as const) {
    const budget = createLineBudget(maxLines);
    budget.admit(line(""), -1_000);
    for (let index = 0; index < maxLines + 5_000; index++) budget.admit(line(String(index)), 0);
    equal(budget.flush().length, 1 + newest);
  }
});

Deno.test("createLineBudget() holds at most 64 Ki characters of the newest lines of a stream", () => {
  const budget = createLineBudget(1);
  for (const at of [-1_000, 0]) budget.admit(line(""), at);
  for (let index = 0; index < 1_000; index++) budget.admit(line("x".repeat(16_384)), 0);
  equal(budget.flush().length, 1 + 4);
});

Deno.test("createLineBudget() loses no first or newest line, counts the others, keeps the order", () => {
  const act = fc.record({
    afterMs: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, {
      weight: 1,
      arbitrary: fc.nat(1_500),
    }),
    isPartial: fc.boolean(),
    stream: fc.constantFrom("stdout" as const, "stderr" as const),
    isDue: fc.boolean(),
  });
  const acts = fc.array(act, { maxLength: 200 });
  fc.assert(fc.property(acts, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), run));

  function run(
    all: readonly (Pick<ReadLine, "isPartial" | "stream"> & { afterMs: number; isDue: boolean })[],
    maxLines: number,
    newest: number,
  ): void {
    const budget = createLineBudget(maxLines, { lines: newest, units: 1_000 });
    const out: ReadLine[] = [];
    let nowMs = 0;
    for (const [index, { afterMs, isDue, isPartial, stream }] of all.entries()) {
      nowMs += afterMs;
      if (isDue && budget.dueMs !== undefined && nowMs >= budget.dueMs) out.push(...budget.flush());
      out.push(...budget.admit({ text: `#${index}`, isPartial, stream, atMs: index }, nowMs));
    }
    out.push(...budget.flush());
    const kept = out.filter(({ text }) => text.includes("#")).map(({ atMs }) => atMs);
    deepEqual(kept, [...new Set(kept)].sort((a, b) => a - b), "in order, each once");
    deepEqual(out.map(({ atMs }) => atMs), out.map(({ atMs }) => atMs).sort((a, b) => a - b));
    const reported = out.map(({ text }) => Number(/^ddsrv: (\d+)/.exec(text)?.[1] ?? 0));
    equal(kept.length + reported.reduce((sum, count) => sum + count, 0), all.length);
    const isKept = (index: number): boolean => kept.includes(index);
    ok(all.slice(0, maxLines).every((_, index) => isKept(index)), "the first");
    for (const name of ["stdout", "stderr"]) {
      const own = all.flatMap(({ stream }, index) => stream === name ? [index] : []);
      ok(own.slice(-newest).every(isKept), "the newest");
    }
    // A reader joins a part with the next one of its stream: these belong together, or one says cut.
    const last = new Map<string, ReadLine>();
    for (const one of out) {
      const before = last.get(one.stream);
      if (before?.isPartial) {
        const next = all.findIndex((it, at) => at > before.atMs && it.stream === one.stream);
        ok(one.text === "…" || one.atMs === next, `${before.text} and ${one.text}`);
      } else if (one.text.includes("#")) {
        const of = all.findLastIndex((it, at) => at < one.atMs && it.stream === one.stream);
        equal(one.text.startsWith("…"), of !== -1 && all[of]!.isPartial, one.text);
      }
      last.set(one.stream, one);
    }
  }
});
