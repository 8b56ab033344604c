/** Times that {@linkcode isAtRest} compares, in milliseconds since 1970. */
export interface RestOptions {
  /** Time of the last change by the file system's clock, which may not be ours. */
  readonly changedAtMs: number;
  /** Time at which this state was first seen, by our clock. */
  readonly firstSeenMs: number;
  readonly nowMs: number;
  readonly settleMs: number;
}

/** Returns whether files have been unchanged for long enough, by either clock. */
export function isAtRest(options: RestOptions): boolean {
  const { changedAtMs, firstSeenMs, nowMs, settleMs } = options;
  const ageMs = nowMs - changedAtMs;
  return ageMs >= settleMs || nowMs - firstSeenMs >= settleMs;
}
