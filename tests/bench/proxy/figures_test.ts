import assert from "node:assert/strict";
import { type LoadSamples, median, type Sample, summarize } from "./figures.ts";

const PAIR = { proxy: "ddsrv", base: "nginx" };

function samples(proxies: Record<string, readonly number[]>): LoadSamples {
  const toSamples = (values: readonly number[]): Sample[] => values.map((p99Ms) => ({ p99Ms }));
  return {
    load: "64 connections",
    proxies: new Map(Object.entries(proxies).map(([name, all]) => [name, toSamples(all)])),
  };
}

Deno.test("median() takes the middle of any order, or the mean of both middles", () => {
  const rows = [[[3, 1, 2], 2], [[4, 1, 3, 2], 2.5], [[7], 7], [[], NaN]] as const;
  for (const [values, expected] of rows) assert.deepEqual(median(values), expected);
});

Deno.test("summarize() compares round by round, so a slow round of both proxies has no effect", () => {
  const load = samples({ nginx: [10, 100, 20], ddsrv: [15, 150, 40] });
  assert.deepEqual(summarize(load, "p99Ms", PAIR), {
    median: 40,
    min: 15,
    max: 150,
    ratio: 1.5,
  });
});

Deno.test("summarize() has no ratio without nginx, or for a figure that it has not", () => {
  assert.equal(summarize(samples({ ddsrv: [1] }), "p99Ms", PAIR).ratio, NaN);
  const load = samples({ nginx: [1], ddsrv: [1] });
  assert.equal(summarize(load, "cpuUs", PAIR).median, NaN);
});
