import { deepEqual, equal } from "node:assert/strict";
import { drawChart } from "../../lib/ui/chart_path.ts";
import {
  formatBytes,
  formatDuration,
  formatLatency,
  formatRate,
  formatShare,
  formatTime,
} from "../../lib/ui/format.ts";
import { changedValues, liveValues, ROW_FIELDS } from "../../lib/ui/live_values.ts";
import { createSampler, SERIES_LENGTH } from "../../lib/ui/sampler.ts";
import { functionReport, trafficReport } from "../cli/function_report.ts";
import { fakeSource } from "./fake_source.ts";

const FORMATS: readonly (readonly [text: string, expected: string])[] = [
  [formatBytes(0), "0 B"],
  [formatBytes(45_193_625), "43.1 MiB"],
  [formatBytes(null), "–"],
  [formatRate(undefined), "–"],
  [formatRate(0), "0/s"],
  [formatRate(0.25), "0.3/s"],
  [formatRate(12_345.6), "12,346/s"],
  [formatLatency(0.42), "0.4 ms"],
  [formatLatency(35.4), "35 ms"],
  [formatLatency(1_234), "1.2 s"],
  [formatShare(0.125), "13%"],
  [formatShare(0.0123), "1.2%"],
  [formatDuration(3_725_000), "1 h 2 min"],
  [formatDuration(1_840), "1.8 s"],
  [formatDuration(90_000), "1 min 30 s"],
  [formatDuration(null), "–"],
  [formatTime("2026-01-31T09:15:20.123Z"), "2026-01-31 09:15:20 UTC"],
];

for (const [text, expected] of FORMATS) {
  Deno.test(`format: ${expected}`, () => equal(text, expected));
}

Deno.test("drawChart() scales values, and interrupts the line at unknown ones", () => {
  const size = { width: 30, height: 13, points: 4 };
  deepEqual(drawChart([0, 5, undefined, 10], size), {
    line: "M0 11.5L10 6.5M30 1.5",
    area: "M0 13L0 11.5L10 6.5L10 13ZM30 13L30 1.5L30 13Z",
  });
  equal(drawChart([9, 9, 9, 9, 1], size).line.split(/[ML]/).length - 1, 4);
  deepEqual(drawChart([], size), { line: "", area: "" });
  equal(drawChart([1], { ...size, floor: 10 }).line, "M30 10.5");
});

Deno.test("createSampler() computes rates, and keeps a limited past", async () => {
  let nowMs = 0;
  const source = fakeSource([functionReport({ name: "a", cpuMs: 0 })]);
  const sampler = createSampler(source, { now: () => nowMs });
  const [first] = (await sampler.look()).functions;
  equal(first!.rates, undefined);
  nowMs += 2_000;
  source.counts.set("a", trafficReport("a", [0, 0, 0, 0]));
  source.reports = [functionReport({ name: "a", cpuMs: 500 })];
  const [second] = (await sampler.look()).functions;
  equal(second!.rates!.requestsPerS, 2);
  equal(second!.rates!.cpuShare, 0.25);
  deepEqual(second!.series.requestsPerS, [2]);
  for (let index = 0; index < SERIES_LENGTH + 5; index++) {
    nowMs += 2_000;
    await sampler.look();
  }
  equal((await sampler.look()).functions[0]!.series.requestsPerS.length, SERIES_LENGTH);
  nowMs += 60_000;
  deepEqual((await sampler.look()).functions[0]!.series.requestsPerS, []);
});

Deno.test("createSampler() shares a sample between browsers", async () => {
  let calls = 0;
  const source = fakeSource();
  const { functions } = source;
  const counted = Object.assign(source, {
    functions: () => {
      calls++;
      return functions();
    },
  });
  const sampler = createSampler(counted, { now: () => 0 });
  await Promise.all([sampler.look(), sampler.look(), sampler.look()]);
  await sampler.look();
  equal(calls, 1);
});

Deno.test("changedValues() returns new and changed values alone", async () => {
  const source = fakeSource([functionReport({ name: "a" }), functionReport({ name: "b" })]);
  let nowMs = 0;
  const sampler = createSampler(source, { now: () => nowMs });
  const before = liveValues((await sampler.look()).functions, ROW_FIELDS);
  equal(changedValues(new Map(), before).size, 2 * ROW_FIELDS.length);
  equal(changedValues(before, before).size, 0);
  nowMs += 2_000;
  source.reports = [functionReport({ name: "a" }), functionReport({ name: "b", status: "hung" })];
  const after = liveValues((await sampler.look()).functions, ROW_FIELDS);
  const changed = changedValues(before, after);
  deepEqual(changed.get("b/status"), { state: "hung", text: "hung" });
  equal(changed.has("a/status"), false);
});
