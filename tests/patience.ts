// The one bound of all waits in tests. A test waits for an event; the bound only turns a hang into a
// message, and must not end what comes later on a slower or busier machine.

/** Longest wait where every process finds a free processor, in milliseconds. */
const QUIET_MS = 60_000;

/** Longest wait of all, in milliseconds. */
const LONGEST_MS = 30 * 60_000;

/** Longest pause between two looks at a condition, in milliseconds. */
const PAUSE_MS = 20;

/** A machine, as far as waits depend on it. */
export interface Machine {
  /** Processes that want to run: the load average of the last minute. */
  readonly load: number;
  readonly processors: number;
}

/** Parts of a wait. */
export interface PatienceOptions {
  /** Tells in the error what is so instead. */
  readonly now?: () => string;
  /** The machine at present; this one when left out. */
  readonly readMachine?: () => Machine;
}

/** A wait that has begun. Disposing of it ends it. */
export interface Patience extends Disposable {
  /** Aborts when the bound has come, with an error that says what did not come. */
  readonly signal: AbortSignal;
}

/**
 * Longest that a test waits for anything on such a machine, in milliseconds. It grows with the number
 * of processes that share a processor.
 *
 * @example
 * ```ts
 * import { patienceMs } from "./patience.ts";
 * patienceMs({ load: 8, processors: 2 }) / patienceMs({ load: 1, processors: 2 }); // 4
 * ```
 */
export function patienceMs({ load, processors }: Machine): number {
  return Math.min(LONGEST_MS, QUIET_MS * Math.max(1, load / processors));
}

/**
 * A bound of the product that a test wants to be met: whole seconds, as milliseconds. There are more
 * of them on a busy machine, so that what must happen before still does.
 */
export function longEnoughMs(seconds: number): number {
  return 1_000 * Math.ceil(seconds * patienceMs(thisMachine()) / QUIET_MS);
}

/** Begins a wait. */
export function openPatience(what: string, options: PatienceOptions = {}): Patience {
  const over = new AbortController();
  const stop = startPatience(what, { ...options, onOver: (error) => over.abort(error) });
  return { signal: over.signal, [Symbol.dispose]: stop };
}

/** Waits for what must come, and says what did not. */
export async function within<Value>(
  promise: PromiseLike<Value>,
  what: string,
  options: PatienceOptions = {},
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const stop = startPatience(what, { ...options, onOver: late.reject });
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    stop();
  }
}

/** Looks again and again until a condition holds; the bound ends a look that hangs, too. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  options: PatienceOptions = {},
): Promise<void> {
  let isOver = false;
  const look = async (): Promise<void> => {
    for (let pauseMs = 1; !isOver && !await holds(); pauseMs = Math.min(PAUSE_MS, 2 * pauseMs)) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  try {
    await within(look(), what, options);
  } finally {
    isOver = true;
  }
}

/** Calls back when the bound has come, unless what it returns is called before. */
function startPatience(
  what: string,
  { now = () => "", readMachine = thisMachine, onOver }: PatienceOptions & {
    readonly onOver: (error: Error) => void;
  },
): () => void {
  let waitedMs = QUIET_MS;
  let timer = setTimeout(look, waitedMs);

  /** The load average lags behind by a minute, so that the bound is known only when it has come. */
  function look(): void {
    const machine = readMachine();
    const leftMs = patienceMs(machine) - waitedMs;
    if (leftMs <= 0) return onOver(new Error(inVain(what, { waitedMs, machine, now: now() })));
    waitedMs += leftMs;
    timer = setTimeout(look, leftMs);
  }

  return () => clearTimeout(timer);
}

/** The machine that the tests run on, at present. */
export function thisMachine(): Machine {
  return { load: Deno.loadavg()[0]!, processors: navigator.hardwareConcurrency };
}

interface Vain {
  readonly waitedMs: number;
  readonly machine: Machine;
  readonly now: string;
}

function inVain(what: string, { waitedMs, machine: { load, processors }, now }: Vain): string {
  const where = `${Math.round(waitedMs / 1_000)} s, a load of ${load.toFixed(1)} on ${processors}`;
  return `Waited in vain for ${what} (${where} processors)${now === "" ? "" : `\nNow:\n${now}`}`;
}
