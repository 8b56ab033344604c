import { type MainThread, readMainThread } from "../process/main_thread.ts";
import { type AcceptProbe, openAcceptProbe, type ProbedInstance } from "./accept_probe.ts";
import {
  HANG_SAMPLES,
  type HangPhase,
  type HangSigns,
  judgeHang,
  needsEvidence,
} from "./hang_verdict.ts";

/** Options of {@linkcode watchHang}. */
export interface HangWatchOptions {
  readonly instance: ProbedInstance;
  readonly readSigns: () => HangSigns;
  /** Infinity disables the watch. */
  readonly hangTimeoutMs: number;
  /** The event loop has been blocked for `hangTimeoutMs`; `wellAtMs` is when it last was well. */
  readonly onHung: (wellAtMs: number) => void;
  /** The instance was hung, and accepts connections again. */
  readonly onRecovered: () => void;
  /** A hang can't be detected: the kernel does not say where the main thread sleeps. */
  readonly onUndetectable: () => void;
  readonly onError: (error: unknown) => void;
  readonly now?: () => number;
  readonly readThread?: (pid: number) => Promise<MainThread>;
  readonly openProbe?: (instance: ProbedInstance) => AcceptProbe;
}

/**
 * After asking the kernel, the watch pauses for this many times as long: a function with tens of
 * thousands of sockets makes each of these samples expensive.
 */
const PAUSE_RATIO = 20;

/**
 * Samples periodically whether an instance's event loop is blocked, until it is disposed of. While
 * the instance answers, and while it gets no requests, a sample reads three numbers.
 */
export function watchHang(options: HangWatchOptions): Disposable {
  const { instance, readSigns, hangTimeoutMs } = options;
  const { now = () => performance.now() } = options;
  const { readThread = readMainThread, openProbe = openAcceptProbe } = options;
  let signs = readSigns();
  let phase: HangPhase = { type: "well" };
  let probe: AcceptProbe | undefined;
  let wellAtMs = now();
  let isSampling = false;
  let pausedUntilMs = -Infinity;
  let isDisposed = false;

  function sample(): void {
    if (isSampling || now() < pausedUntilMs) return;
    const before = signs;
    signs = readSigns();
    const isSuspect = needsEvidence(before, signs);
    // After a suspicion, only the kernel clears the instance: clients may have given up.
    const isCleared = signs.answers !== before.answers || (probe === undefined && !isSuspect);
    if (isCleared) return settle({ type: "well" });
    isSampling = true;
    const askedAtMs = now();
    void readEvidence()
      .then((next) => next !== undefined && !isDisposed && settle(next))
      .catch(options.onError)
      .finally(() => {
        isSampling = false;
        pausedUntilMs = now() + PAUSE_RATIO * (now() - askedAtMs);
      });
  }

  /** Returns the next phase; `undefined` when it has only just opened the probe. */
  async function readEvidence(): Promise<HangPhase | undefined> {
    const thread = await readThread(instance.pid);
    if (thread === "unknown" && !isDisposed) options.onUndetectable();
    if (isDisposed || thread !== "busy") return { type: "well" };
    if (probe === undefined) {
      probe = openProbe(instance);
      return undefined;
    }
    return judgeHang(phase, { thread, connection: await probe.check() });
  }

  function settle(next: HangPhase): void {
    const before = phase;
    phase = next;
    if (next.type === "well") {
      wellAtMs = now();
      probe?.[Symbol.dispose]();
      probe = undefined;
      if (before.type === "hung") options.onRecovered();
    }
    if (next.type === "hung" && before.type !== "hung") options.onHung(wellAtMs);
  }

  const timer = hangTimeoutMs === Infinity
    ? undefined
    : setInterval(sample, hangTimeoutMs / HANG_SAMPLES);
  return {
    [Symbol.dispose]() {
      isDisposed = true;
      clearInterval(timer);
      probe?.[Symbol.dispose]();
      probe = undefined;
    },
  };
}
