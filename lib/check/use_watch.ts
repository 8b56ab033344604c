import { sleep } from "../system/sleep.ts";
import { readTreeFigures } from "../system/process_tree.ts";

/** Options of {@linkcode watchUse}. */
export interface UseWatchOptions {
  readonly maxCpuMs: number;
  /**
   * Returns the CPU time of the check's control group in milliseconds. When missing or `undefined`,
   * the CPU time of its processes is added up.
   */
  readonly cpuTimeMs?: (() => Promise<number | undefined>) | undefined;
  /** Called at each measurement; `isIdle` is true while the check waits and uses no CPU. */
  readonly onLook?: ((isIdle: boolean) => void) | undefined;
  readonly everyMs?: number;
}

/** Measures the CPU time of a check while its commands run. Disposing of it stops that. */
export interface UseWatch extends AsyncDisposable {
  /** Aborts when the check has used its CPU time. */
  readonly signal: AbortSignal;
  /** Starts to measure another command. */
  readonly follow: (pid: number) => void;
  /** Measures once more, and returns the used CPU time in milliseconds, if known. */
  readonly used: () => Promise<number | undefined>;
}

/** Often enough to measure a check of one second once or twice. */
const MEASURE_MS = 500;

/** Part of a core that counts as idle: a timer or a packet now and then. */
const IDLE_PART = 0.02;

/** Starts to measure a check. The limit is exceeded by at most one interval on each CPU core. */
export function watchUse(options: UseWatchOptions): UseWatch {
  const { maxCpuMs, cpuTimeMs, onLook, everyMs = MEASURE_MS } = options;
  const over = new AbortController();
  let pid: number | undefined;
  let usedMs: number | undefined;
  /** CPU time of ended commands, if processes are added up. */
  let endedMs = 0;
  let measuredAtMs = performance.now();
  let measuring: Promise<void> = Promise.resolve();

  async function measure(): Promise<void> {
    const before = usedMs ?? 0;
    const grouped = await cpuTimeMs?.();
    const tree = grouped === undefined && pid !== undefined
      ? await readTreeFigures(pid)
      : undefined;
    const now = grouped ?? (tree === undefined ? undefined : endedMs + tree.cpuMs);
    // The CPU time of a process that ends between two measurements is lost.
    if (now !== undefined) usedMs = Math.max(before, now);
    if (usedMs === undefined) return;
    if (usedMs >= maxCpuMs) over.abort();
    const nowMs = performance.now();
    const passedMs = nowMs - measuredAtMs;
    if (passedMs < everyMs / 2) return;
    measuredAtMs = nowMs;
    const isQuiet = usedMs - before <= passedMs * IDLE_PART && pid !== undefined;
    const isIdle = isQuiet && (tree ?? await readTreeFigures(pid!))?.isRunnable === false;
    onLook?.(isIdle);
  }

  function measureNext(): Promise<void> {
    return measuring = measuring.then(measure, measure);
  }

  const end = new AbortController();
  const watching = (async () => {
    // A failed measurement, for example of a removed group, does not end the check.
    for (; !end.signal.aborted; await measureNext().catch(() => {})) {
      await sleep(everyMs, end.signal);
    }
  })();
  return {
    signal: over.signal,
    follow(next) {
      endedMs = usedMs ?? 0;
      pid = next;
    },
    async used() {
      await measureNext().catch(() => {});
      return usedMs;
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await watching;
      await measuring.catch(() => {});
    },
  };
}
