/** Figures of one run against one proxy, by their keys; NaN for one that was not measured. */
export type Sample = Readonly<Record<string, number>>;

/** A column of a table. */
export interface Column {
  readonly key: string;
  readonly title: string;
  /** Number of decimal places. */
  readonly digits: number;
}

/** Samples of one load: those of each proxy, one per round. */
export interface LoadSamples {
  readonly load: string;
  readonly proxies: ReadonlyMap<string, readonly Sample[]>;
}

/** Result of a part of the benchmark. */
export interface PartResult {
  readonly part: string;
  readonly title: string;
  /** The proxy that others are compared to. */
  readonly base: string;
  readonly columns: readonly Column[];
  readonly loads: readonly LoadSamples[];
  readonly targets: readonly Target[];
}

/** Bound of a figure of ddsrv, or of its ratio to the base's. */
export interface Target {
  readonly key: string;
  /** Loads that it is for; all if left out. */
  readonly loads?: readonly string[];
  readonly isRatio: boolean;
  readonly bound: "at most" | "at least";
  readonly limit: number;
}

/** Figure over all rounds. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Median of the rounds' ratios to the base; NaN without a base. */
  readonly ratio: number;
}

/** The proxy that others are usually compared to. */
export const NGINX = "nginx";
/** The measured proxy that targets are for. */
export const MEASURED = "ddsrv";

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Returns a figure of a proxy over all rounds. Its ratio is the median of the rounds' own ratios, so
 * that other work on the machine, which affects both, has less effect.
 */
export function summarize(
  { proxies }: LoadSamples,
  key: string,
  { proxy, base }: { readonly proxy: string; readonly base: string },
): Summary {
  const values = proxies.get(proxy)!.map((sample) => sample[key] ?? NaN);
  const bases = proxies.get(base)?.map((sample) => sample[key] ?? NaN) ?? [];
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    ratio: median(values.map((value, round) => value / (bases[round] ?? NaN))),
  };
}
