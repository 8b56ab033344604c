/** Waits for answers, as a reader of a table looks at them, in milliseconds. */
export interface Waits {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly longestMs: number;
}

/** Answers of the connections of a load. */
export interface Shares {
  readonly most: number;
  readonly median: number;
  readonly fewest: number;
}

/**
 * Returns the smallest value that a share of sorted values does not exceed (nearest rank); NaN
 * without values.
 *
 * @example
 * ```ts
 * import { quantileOfSorted } from "./distribution.ts";
 * quantileOfSorted([1, 2, 3, 4], 0.5); // 2
 * ```
 */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/**
 * Returns the distribution of ended waits. `pending` are waits without an answer at the end: they
 * count for the longest one only, because a percentile of answers has no place for them.
 */
export function waitsOf(ended: Float64Array, pending: Iterable<number> = []): Waits {
  const sorted = ended.toSorted();
  let longestMs = sorted.at(-1) ?? NaN;
  for (const ms of pending) if (!(longestMs >= ms)) longestMs = ms;
  return {
    p50Ms: quantileOfSorted(sorted, 0.5),
    p99Ms: quantileOfSorted(sorted, 0.99),
    p999Ms: quantileOfSorted(sorted, 0.999),
    longestMs,
  };
}

/** Returns the most, median and fewest answers of a connection, by the answers of each. */
export function sharesOf(answers: Uint32Array): Shares {
  const sorted = answers.toSorted();
  return {
    most: sorted.at(-1) ?? NaN,
    median: quantileOfSorted(sorted, 0.5),
    fewest: sorted[0] ?? NaN,
  };
}
