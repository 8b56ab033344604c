import { formatDuration } from "../config/duration.ts";
import { watchHang } from "./hang_watch.ts";
import { watchHealth } from "./health_watch.ts";
import type { OpenInstance } from "./open_instance.ts";
import type { InstanceHang } from "./state.ts";

/** Options of {@linkcode watchLiveness}. */
export interface LivenessOptions {
  readonly instance: OpenInstance;
  /**
   * The instance hangs or is unhealthy; `wellAtMs` is when it last was well, by
   * `performance.now()`.
   */
  readonly onHung: (hang: InstanceHang, wellAtMs: number) => void;
  /** The instance answers again. */
  readonly onRecovered: () => void;
  /** A hang can't be detected, see `watchHang`. */
  readonly onUndetectable: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Watches whether a ready instance still answers, until it is disposed of: by its health path if it
 * has one with an interval, else by its event loop.
 */
export function watchLiveness(options: LivenessOptions): Disposable {
  const { instance, onRecovered, onUndetectable, onError } = options;
  const { policy, upstream } = instance;
  const { healthPath: path, healthIntervalMs: intervalMs, hangTimeoutMs } = policy;
  if (path === undefined || intervalMs === Infinity) {
    const reason = describeHang(hangTimeoutMs);
    return watchHang({
      instance,
      readSigns: () => ({ ...upstream.pulse, requests: upstream.requests }),
      hangTimeoutMs,
      onHung: (wellAtMs) => report({ cause: "blocked", reason }, wellAtMs),
      onRecovered,
      onUndetectable,
      onError,
    });
  }
  const over = new AbortController();
  void watchHealth({
    instance,
    path,
    intervalMs,
    onUnhealthy: (reason, wellAtMs) => report({ cause: "unhealthy", reason }, wellAtMs),
    onRecovered,
    signal: over.signal,
  }).catch(onError);
  return { [Symbol.dispose]: () => over.abort() };

  function report(hang: Pick<InstanceHang, "cause" | "reason">, wellAtMs: number): void {
    options.onHung({ ...hang, detail: instance.excerpt(), atMs: Date.now() }, wellAtMs);
  }
}

function describeHang(hangTimeoutMs: number): string {
  const duration = formatDuration(hangTimeoutMs);
  return `The event loop was blocked for ${duration} while requests waited, by code that never ` +
    "yields or a blocking call. If that is expected, raise hangTimeout";
}
