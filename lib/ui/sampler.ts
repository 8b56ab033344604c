import type { FunctionReport, SourceReport } from "../control/api.ts";
import { type FunctionRates, ratesBetween, type Sample } from "../control/rates.ts";
import { sleep } from "../system/sleep.ts";
import type { PageSource } from "./page_source.ts";

/** A function with its rates since the sample before, and with its past. */
export interface FunctionView {
  readonly report: FunctionReport;
  /** `undefined` until there are two samples. */
  readonly rates: FunctionRates | undefined;
  readonly series: FunctionSeries;
}

/** Values at each sample, the latest last; `undefined` where there was none. */
export interface FunctionSeries {
  readonly requestsPerS: readonly (number | undefined)[];
  readonly p50Ms: readonly (number | undefined)[];
  readonly cpuShare: readonly (number | undefined)[];
  readonly memoryBytes: readonly (number | undefined)[];
}

/** All functions at one moment, sorted by name, and the source that they come from. */
export interface Snapshot {
  readonly functions: readonly FunctionView[];
  readonly source: SourceReport | undefined;
}

/** Takes samples of all functions while somebody looks. */
export interface Sampler {
  /** Returns the latest snapshot, or takes one if that is older than a second. */
  readonly look: () => Promise<Snapshot>;
  /** Returns a snapshot about every two seconds, until the signal aborts. */
  readonly follow: (signal: AbortSignal) => AsyncGenerator<Snapshot>;
}

/** Number of values in a series: two minutes. */
export const SERIES_LENGTH = 60;

const MAX_AGE_MS = 1_000;
const INTERVAL_MS = 2_000;
const MAX_INTERVAL_MS = 10_000;

/** Samples take at most this share of the time, with a thousand functions too. */
const MAX_SHARE = 0.05;

/** A longer gap says nothing about the present, and would bend the charts. */
const MAX_GAP_MS = 15_000;

const NO_SERIES: FunctionSeries = {
  requestsPerS: [],
  p50Ms: [],
  cpuShare: [],
  memoryBytes: [],
};

/** Creates a sampler; without callers it does nothing. `now` gives monotonic milliseconds. */
export function createSampler(
  source: Pick<PageSource, "functions" | "traffic" | "supervisor">,
  { now = () => performance.now() }: { readonly now?: () => number } = {},
): Sampler {
  let sample: Sample | undefined;
  let snapshot: Snapshot = { functions: [], source: undefined };
  let intervalMs = INTERVAL_MS;
  let taking: Promise<Snapshot> | undefined;

  async function take(): Promise<Snapshot> {
    const beganMs = now();
    const [functions, traffic, supervisor] = await Promise.all([
      source.functions(),
      source.traffic(),
      source.supervisor(),
    ]);
    const next: Sample = { atMs: now(), functions, traffic };
    intervalMs = Math.min(
      MAX_INTERVAL_MS,
      Math.max(INTERVAL_MS, (next.atMs - beganMs) / MAX_SHARE),
    );
    const isGap = sample === undefined || next.atMs - sample.atMs > MAX_GAP_MS;
    const views = isGap ? begin(next) : extend(snapshot, ratesBetween(sample!, next));
    snapshot = { functions: views, source: supervisor.source ?? undefined };
    sample = next;
    return snapshot;
  }

  async function look(maxAgeMs = MAX_AGE_MS): Promise<Snapshot> {
    if (taking !== undefined) return await taking;
    if (sample !== undefined && now() - sample.atMs < maxAgeMs) return snapshot;
    taking = take().finally(() => taking = undefined);
    return await taking;
  }

  return {
    look: () => look(),
    async *follow(signal) {
      while (!signal.aborted) {
        await sleep(intervalMs, signal);
        // Several browsers share the samples.
        if (!signal.aborted) yield await look(intervalMs * 0.75);
      }
    },
  };
}

function begin({ functions }: Sample): FunctionView[] {
  return functions.map((report) => ({ report, rates: undefined, series: NO_SERIES }));
}

function extend(before: Snapshot, rates: readonly FunctionRates[]): FunctionView[] {
  const past = new Map(before.functions.map((view) => [view.report.name, view.series]));
  return rates.map((one) => {
    const series = past.get(one.report.name) ?? NO_SERIES;
    return {
      report: one.report,
      rates: one,
      series: {
        requestsPerS: added(series.requestsPerS, one.requestsPerS),
        p50Ms: added(series.p50Ms, one.p50Ms),
        cpuShare: added(series.cpuShare, one.cpuShare),
        memoryBytes: added(series.memoryBytes, one.report.ownMemoryBytes ?? undefined),
      },
    };
  });
}

function added(
  values: readonly (number | undefined)[],
  value: number | undefined,
): readonly (number | undefined)[] {
  return [...values.slice(1 - SERIES_LENGTH), value];
}
