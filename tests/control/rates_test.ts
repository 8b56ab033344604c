import { deepEqual, equal, ok } from "node:assert/strict";
import { ratesBetween, type Sample } from "../../lib/control/rates.ts";
import type { FunctionReport, TrafficReport } from "../../lib/control/api.ts";
import { functionReport, NOTHING_RUNS, trafficReport } from "../cli/function_report.ts";

/** A function's counters at a moment; `undefined` if there was no function. */
interface Look {
  readonly report?: Partial<FunctionReport>;
  readonly traffic?: TrafficReport;
}

function sample(atMs: number, look: Look | undefined): Sample {
  return {
    atMs,
    functions: look === undefined ? [] : [functionReport({ name: "a", ...look.report })],
    traffic: look?.traffic === undefined ? [] : [look.traffic],
  };
}

interface Rates {
  readonly requestsPerS: number;
  readonly errorsPerS: number;
  readonly cpuShare: number | undefined;
}

const cases: readonly [what: string, before: Look | undefined, after: Look, rates: Rates][] = [
  [
    "what came between",
    { report: { cpuMs: 100 }, traffic: trafficReport("a", [1], { errors: 1 }) },
    {
      report: { cpuMs: 600 },
      traffic: trafficReport("a", [1, 1, 1, 2, 2], { errors: 3 }),
    },
    { requestsPerS: 2, errorsPerS: 1, cpuShare: 0.25 },
  ],
  ["nothing", { report: { cpuMs: 100 } }, { report: { cpuMs: 100 } }, {
    requestsPerS: 0,
    errorsPerS: 0,
    cpuShare: 0,
  }],
  ["a first request", {}, { traffic: trafficReport("a", [3]) }, {
    requestsPerS: 0.5,
    errorsPerS: 0,
    cpuShare: 0,
  }],
  ["a new function", undefined, {
    report: { cpuMs: 400 },
    traffic: trafficReport("a", [0, 0], { errors: 2 }),
  }, { requestsPerS: 1, errorsPerS: 1, cpuShare: 0.2 }],
  ["another process", { report: { pid: 1, cpuMs: 9_000 } }, { report: { pid: 2, cpuMs: 200 } }, {
    requestsPerS: 0,
    errorsPerS: 0,
    cpuShare: 0.1,
  }],
  ["a process that ended", { report: { cpuMs: 100 } }, { report: NOTHING_RUNS }, {
    requestsPerS: 0,
    errorsPerS: 0,
    cpuShare: undefined,
  }],
  ["a process that started", { report: NOTHING_RUNS }, { report: { cpuMs: 200 } }, {
    requestsPerS: 0,
    errorsPerS: 0,
    cpuShare: 0.1,
  }],
  ["more processor time than there was", { report: { cpuMs: 0 } }, { report: { cpuMs: 8_000 } }, {
    requestsPerS: 0,
    errorsPerS: 0,
    cpuShare: 4,
  }],
  ["one taken away and added anew", { traffic: trafficReport("a", [1, 1, 1]) }, {
    traffic: trafficReport("a", [2]),
  }, { requestsPerS: 0.5, errorsPerS: 0, cpuShare: 0 }],
  ["one added anew and asked more", { traffic: trafficReport("a", [1, 1], { errors: 2 }) }, {
    traffic: trafficReport("a", [2, 2, 2]),
  }, { requestsPerS: 1.5, errorsPerS: 0, cpuShare: 0 }],
];

for (const [what, before, after, rates] of cases) {
  Deno.test(`ratesBetween() computes ${what} over two seconds`, () => {
    const [row] = ratesBetween(sample(1_000, before), sample(3_000, after));
    const { requestsPerS, errorsPerS, cpuShare } = row!;
    deepEqual({ requestsPerS, errorsPerS, cpuShare }, rates);
  });
}

Deno.test("ratesBetween() takes latencies only of requests between the samples", () => {
  const before = sample(0, { traffic: trafficReport("a", [14, 14, 14]) });
  const after = sample(1_000, { traffic: trafficReport("a", [14, 14, 14, 1, 1]) });
  const [row] = ratesBetween(before, after);
  equal(row!.p50Ms, 0.75);
  ok(row!.p99Ms! > 0.75 && row!.p99Ms! <= 1, String(row!.p99Ms));
  const [idle] = ratesBetween(after, after);
  deepEqual([idle!.p50Ms, idle!.p99Ms], [undefined, undefined]);
});

Deno.test("ratesBetween() has no row for a removed function", () => {
  deepEqual(ratesBetween(sample(0, {}), sample(1_000, undefined)), []);
});

Deno.test("ratesBetween() returns finite rates for samples of the same time", () => {
  const look = { traffic: trafficReport("a", [1]) };
  const [row] = ratesBetween(sample(5, look), sample(5, look));
  deepEqual([row!.requestsPerS, row!.cpuShare], [0, 0]);
});
