// The time limit of all waits in tests. A test waits for an event; the limit only turns a hang into
// an error, and must not fail a wait on a slow or busy machine.

/** Time limit if each process has a free processor, in milliseconds. */
const QUIET_MS = 60_000;

/** Maximum time limit, in milliseconds. */
const LONGEST_MS = 30 * 60_000;

/** Maximum pause between two checks of a condition, in milliseconds. */
const PAUSE_MS = 20;

/** Properties of a machine that determine the time limit. */
export interface Machine {
  /** Number of runnable processes: the load average of the last minute. */
  readonly load: number;
  readonly processors: number;
}

/** Options of a wait. */
export interface PatienceOptions {
  /** Returns the current state, for the error. */
  readonly now?: () => string;
  /** Returns the current state of the machine; by default of this one. */
  readonly readMachine?: () => Machine;
}

/** A running wait. Disposing of it ends it. */
export interface Patience extends Disposable {
  /** Aborts at the time limit, with an error that names the awaited event. */
  readonly signal: AbortSignal;
}

/**
 * Returns the time limit of waits on a machine, in milliseconds. It grows with the number of processes
 * that share a processor.
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
 * Returns the value in milliseconds of a product timeout that a test wants to expire: whole seconds,
 * more on a busy machine, so that events that must happen before it still do.
 */
export function longEnoughMs(seconds: number): number {
  return 1_000 * Math.ceil(seconds * patienceMs(thisMachine()) / QUIET_MS);
}

/** Starts a wait. */
export function openPatience(what: string, options: PatienceOptions = {}): Patience {
  const over = new AbortController();
  const stop = startPatience(what, { ...options, onOver: (error) => over.abort(error) });
  return { signal: over.signal, [Symbol.dispose]: stop };
}

/** Waits for a promise. Rejects at the time limit with the name of the awaited event. */
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

/** Checks repeatedly until a condition is true. The time limit also ends a check that hangs. */
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

/** Calls back at the time limit, unless the returned function is called before. */
function startPatience(
  what: string,
  { now = () => "", readMachine = thisMachine, onOver }: PatienceOptions & {
    readonly onOver: (error: Error) => void;
  },
): () => void {
  let waitedMs = QUIET_MS;
  let timer = setTimeout(look, waitedMs);

  /** The load average lags by a minute, so the limit is known only when it is reached. */
  function look(): void {
    const machine = readMachine();
    const leftMs = patienceMs(machine) - waitedMs;
    if (leftMs <= 0) return onOver(new Error(inVain(what, { waitedMs, machine, now: now() })));
    waitedMs += leftMs;
    timer = setTimeout(look, leftMs);
  }

  return () => clearTimeout(timer);
}

/** Returns the current state of this machine. */
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
