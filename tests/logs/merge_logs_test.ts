import assert from "node:assert/strict";
import fc from "fast-check";
import type { LogRecord } from "../../lib/logs/log_record.ts";
import { mergeLogs } from "../../lib/logs/merge_logs.ts";

function record(time: string | number, text = ""): LogRecord {
  const at = typeof time === "number" ? new Date(time).toISOString() : time;
  return { time: at, stream: "stdout", text, isPartial: false };
}

async function* log(...batches: LogRecord[][]): AsyncGenerator<LogRecord[]> {
  yield* batches;
}

async function merge(...logs: AsyncIterable<LogRecord[]>[]): Promise<string[]> {
  const merged = (await Array.fromAsync(mergeLogs(logs))).flat();
  return merged.map(({ source, record: { time, text } }) =>
    `${source} ${text === "" ? Date.parse(time) : text}`
  );
}

Deno.test("mergeLogs() merges no logs, empty logs and a single log", async () => {
  assert.deepEqual(await merge(), []);
  assert.deepEqual(await merge(log(), log([], [])), []);
  assert.deepEqual(await merge(log(), log([], [record(1)], [], [record(2)])), ["1 1", "1 2"]);
});

Deno.test("mergeLogs() keeps the order of sources for equal times", async () => {
  const ones = [record(1), record(1)];
  assert.deepEqual(await merge(log(ones), log(ones), log([record(0)])), [
    "2 0",
    "0 1",
    "0 1",
    "1 1",
    "1 1",
  ]);
});

Deno.test("mergeLogs() compares times in different notations", async () => {
  const first = record("2026-01-01T00:00:00.100000001Z", "nanoseconds");
  const second = record("2026-01-01T01:00:00.200+01:00", "zone");
  const third = record("2026-01-01T00:00:00.3Z", "short");
  assert.deepEqual(await merge(log([third]), log([second]), log([first])), [
    "2 nanoseconds",
    "1 zone",
    "0 short",
  ]);
});

Deno.test("mergeLogs() keeps the order within each log", async () => {
  assert.deepEqual(await merge(log([record(5), record(1)]), log([record(2), record(6)])), [
    "1 2",
    "0 5",
    "0 1",
    "1 6",
  ]);
});

Deno.test("mergeLogs() equals a stable sort for any split into batches", async () => {
  const times = fc.array(fc.array(fc.nat(50), { maxLength: 20 }), { maxLength: 8 });
  const logs = fc.array(times, { maxLength: 7 });
  await fc.assert(fc.asyncProperty(logs, async (drawn) => {
    const sorted = drawn.map((batches) => {
      const all = batches.flat().sort((a, b) => a - b);
      return batches.map((batch) => all.splice(0, batch.length).map((time) => record(time)));
    });
    const expected = sorted
      .flatMap((batches, source) => batches.flat().map(({ time }) => [Date.parse(time), source]))
      .sort(([a], [b]) => a! - b!)
      .map(([time, source]) => `${source} ${time}`);
    assert.deepEqual(await merge(...sorted.map((batches) => log(...batches))), expected);
  }));
});
