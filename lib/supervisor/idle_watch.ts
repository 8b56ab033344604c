import { MAX_TIMER_MS } from "../system/timeout_signal.ts";

/** Counts that show whether an instance is used. */
export interface Usage {
  /** In-flight requests, including tunnels. */
  readonly inFlight: number;
  /** Total number of requests. */
  readonly requests: number;
}

/** Options of {@linkcode watchIdle}. */
export interface IdleWatchOptions {
  readonly usage: Usage;
  /** Infinity disables the watch. */
  readonly idleMs: number;
  /**
   * Returns true while the instance stays awake without requests, given the time since it was last
   * used; never when left out.
   */
  readonly staysAwake?: (unusedMs: number) => boolean;
  /** The instance has had no request for `idleMs`; called periodically while that lasts. */
  readonly onIdle: () => void;
}

/** Samples per idle time: the end of the idle time is detected at most a quarter of it late. */
const SAMPLES = 4;

/** Samples periodically whether an instance is used, until it is disposed of. */
export function watchIdle({ usage, idleMs, staysAwake, onIdle }: IdleWatchOptions): Disposable {
  let lastRequests = usage.requests;
  let idleSamples = 0;
  const sample = (): void => {
    const isUsed = usage.inFlight > 0 || usage.requests !== lastRequests;
    lastRequests = usage.requests;
    idleSamples = isUsed ? 0 : idleSamples + 1;
    if (idleSamples < SAMPLES || staysAwake?.(idleSamples * idleMs / SAMPLES)) return;
    onIdle();
  };
  const timer = idleMs === Infinity
    ? undefined
    : setInterval(sample, Math.min(MAX_TIMER_MS, idleMs / SAMPLES));
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
