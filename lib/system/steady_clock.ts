/**
 * Returns milliseconds since 1970 by a clock that never steps: the host's clock at the start of this
 * process and the time since then. It differs from `Date.now()` after the host's clock was set.
 */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}
