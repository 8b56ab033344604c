import { formatDuration } from "../config/duration.ts";
import { watchHang } from "./hang_watch.ts";
import { watchHealth } from "./health_watch.ts";
import type { OpenInstance } from "./open_instance.ts";
import type { InstanceHang } from "./state.ts";

/** Options of {@linkcode watchLiveness}. */
export interface LivenessOptions {
  readonly instance: OpenInstance;
  /**
   * It does not answer as it should; when it was last known to be well, by the clock of
   * `performance.now()`.
   */
  readonly onHung: (hang: InstanceHang, wellAtMs: number) => void;
  /** It had been told of, and is well again. */
  readonly onRecovered: () => void;
  /** Whether it hangs can't be told, see `watchHang`. */
  readonly onBlind: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Watches whether an instance that is ready goes on answering, until it is disposed of: by its
 * health path where it has one that is asked, else by its event loop.
 */
export function watchLiveness(options: LivenessOptions): Disposable {
  const { instance, onRecovered, onBlind, onError } = options;
  const { endpoint, pid, policy, upstream } = instance;
  const { healthPath: path, healthIntervalMs: intervalMs, hangTimeoutMs } = policy;
  if (path === undefined || intervalMs === Infinity) {
    const reason = describeHang(hangTimeoutMs);
    return watchHang({
      instance: { pid, endpoint },
      readSigns: () => ({ ...upstream.pulse, requests: upstream.requests }),
      hangTimeoutMs,
      onHung: (wellAtMs) => tell({ cause: "held", reason }, wellAtMs),
      onRecovered,
      onBlind,
      onError,
    });
  }
  const over = new AbortController();
  void watchHealth({
    endpoint,
    path,
    intervalMs,
    onUnhealthy: (reason, wellAtMs) => tell({ cause: "unhealthy", reason }, wellAtMs),
    onRecovered,
    signal: over.signal,
  }).catch(onError);
  return { [Symbol.dispose]: () => over.abort() };

  function tell(hang: Pick<InstanceHang, "cause" | "reason">, wellAtMs: number): void {
    options.onHung({ ...hang, detail: instance.lastLines(), atMs: Date.now() }, wellAtMs);
  }
}

function describeHang(hangTimeoutMs: number): string {
  const duration = formatDuration(hangTimeoutMs);
  return `Its event loop was held for ${duration} while requests waited: code that never yields, ` +
    "or a call that blocks. If it may take that long, raise hangTimeout";
}
