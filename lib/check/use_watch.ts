import { sleep } from "../system/sleep.ts";
import { readTreeFigures } from "../system/process_tree.ts";

/** Options of {@linkcode watchUse}. */
export interface UseWatchOptions {
  /** Processor time that a check may use, in milliseconds. */
  readonly maxCpuMs: number;
  /**
   * Processor time of all that the check runs, in milliseconds; where it is missing, or gives
   * nothing, the processes are added up.
   */
  readonly cpuTimeMs?: (() => Promise<number | undefined>) | undefined;
  /** Told whether the check uses no processor and waits for somebody else, at each look. */
  readonly onLook?: ((isIdle: boolean) => void) | undefined;
  /** Time between two looks in milliseconds. */
  readonly everyMs?: number;
}

/** Looks at what a check uses while its commands run. Disposing of it ends that. */
export interface UseWatch extends AsyncDisposable {
  /** Aborts when the check has used its processor time. */
  readonly signal: AbortSignal;
  /** The command that runs from now on. */
  readonly follow: (pid: number) => void;
  /** Looks once more: what has been used, in milliseconds, where that is known. */
  readonly used: () => Promise<number | undefined>;
}

/** A check of a second is looked at once or twice. */
const LOOK_MS = 500;

/** Less of a core than this is none: a timer, or a packet now and then. */
const IDLE_PART = 0.02;

/** A check with several processors is ended no later than this after its bound, times their number. */
export function watchUse(options: UseWatchOptions): UseWatch {
  const { maxCpuMs, cpuTimeMs, onLook, everyMs = LOOK_MS } = options;
  const over = new AbortController();
  let pid: number | undefined;
  let usedMs: number | undefined;
  /** Of commands that have ended, where processes are added up. */
  let endedMs = 0;
  let lookedAtMs = performance.now();
  let looking: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const before = usedMs ?? 0;
    const grouped = await cpuTimeMs?.();
    const tree = grouped === undefined && pid !== undefined
      ? await readTreeFigures(pid)
      : undefined;
    const now = grouped ?? (tree === undefined ? undefined : endedMs + tree.cpuMs);
    // A process that ends between two looks takes what it used with it.
    if (now !== undefined) usedMs = Math.max(before, now);
    if (usedMs === undefined) return;
    if (usedMs >= maxCpuMs) over.abort();
    const nowMs = performance.now();
    const passedMs = nowMs - lookedAtMs;
    if (passedMs < everyMs / 2) return;
    lookedAtMs = nowMs;
    const isQuiet = usedMs - before <= passedMs * IDLE_PART && pid !== undefined;
    const isIdle = isQuiet && (tree ?? await readTreeFigures(pid!))?.isRunnable === false;
    onLook?.(isIdle);
  }

  /** One look at a time. */
  function lookNext(): Promise<void> {
    return looking = looking.then(look, look);
  }

  const end = new AbortController();
  const watching = (async () => {
    // A look that fails, as of a group that is gone, is no reason to end the check.
    for (; !end.signal.aborted; await lookNext().catch(() => {})) {
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
      await lookNext().catch(() => {});
      return usedMs;
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await watching;
      await looking.catch(() => {});
    },
  };
}
