/** What {@linkcode isAtRest} goes by; times in milliseconds since 1970. */
export interface RestOptions {
  /** Time of the last change by the file system's clock, which may not be ours. */
  readonly changedAtMs: number;
  /** When this state was first seen by our clock. */
  readonly firstSeenMs: number;
  readonly nowMs: number;
  readonly quietMs: number;
}

/** Whether files have been left alone for long enough, by either clock. */
export function isAtRest(options: RestOptions): boolean {
  const { changedAtMs, firstSeenMs, nowMs, quietMs } = options;
  const ageMs = nowMs - changedAtMs;
  return ageMs >= quietMs || nowMs - firstSeenMs >= quietMs;
}
