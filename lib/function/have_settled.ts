/** Times that {@linkcode haveSettled} compares, in milliseconds since 1970. */
export interface SettleOptions {
  /** Time of the last change by the file system's clock, which may not be ours. */
  readonly changedAtMs: number;
  /** Time at which this state was first seen, by our clock. */
  readonly firstSeenMs: number;
  readonly nowMs: number;
  readonly settleMs: number;
}

/** Returns true if files have not changed for at least `settleMs`, by either clock. */
export function haveSettled(options: SettleOptions): boolean {
  const { changedAtMs, firstSeenMs, nowMs, settleMs } = options;
  const ageMs = nowMs - changedAtMs;
  return ageMs >= settleMs || nowMs - firstSeenMs >= settleMs;
}
