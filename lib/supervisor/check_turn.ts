/** A check that runs. */
export interface RunningCheck {
  readonly name: string;
  /** It is expected to end soon, because the last one of this function did. */
  readonly isQuick: boolean;
  /** The last one of this function took long, or was ended by a bound. */
  readonly isLong: boolean;
  readonly startedAtMs: number;
  /** Since then it uses no processor and waits for somebody else, such as a registry. */
  readonly idleSinceMs: number | undefined;
  /** Times that it has given way already. */
  readonly gaveWay: number;
  /** It was asked to end, and has not yet. */
  readonly isEnding: boolean;
}

/** A check that waits for its turn. */
export type WaitingCheck = Pick<RunningCheck, "name" | "isQuick" | "isLong"> & {
  /** Somebody waits for it: it goes before the others of its kind. */
  readonly isUrgent: boolean;
};

/** Checks of one supervisor; those that wait are in the order of their arrival. */
export interface CheckQueue<
  Running extends RunningCheck = RunningCheck,
  Waiting extends WaitingCheck = WaitingCheck,
> {
  readonly running: readonly Running[];
  readonly waiting: readonly Waiting[];
  readonly cores: number;
  readonly nowMs: number;
}

/** The next thing to do. */
export type CheckTurn<Running, Waiting> =
  | { readonly type: "begin"; readonly check: Waiting }
  /** This one is to give way: it took longer than it may while another waits. */
  | { readonly type: "end"; readonly check: Running }
  /** Nothing, until a check ends or comes, or until then. */
  | { readonly type: "wait"; readonly untilMs: number };

/** A check that is expected to end soon may take this long while others wait. */
export const QUICK_CHECK_MS = 3_000;

/**
 * A check that runs for longer than this is slow, and no longer delays other slow ones. Far above
 * the usual duration of a check, because the machine may be busy.
 */
export const MAX_CHECK_HOLD_MS = 15_000;

/** One that has used no processor for this long needs no place. */
export const IDLE_CHECK_MS = 1_000;

/** A check gives way after this long where others need what it has, and after twice as long next. */
export const PATIENCE_MS = { idle: 5_000, busy: 120_000 } as const;

/** The number of doublings is bounded; by then a check has reached a bound of its own. */
const MAX_DOUBLINGS = 6;

/** Of a core's worth of checks, those beyond the cores: for the ones that take long. */
const BEYOND_CORES = 2;

/** Checks that wait for somebody else and need no place are this many at most: each takes memory. */
const IDLE_PLACES = 8;

/** The most checks that run, whatever they do. */
export function mostChecks(cores: number): number {
  return cores + BEYOND_CORES + IDLE_PLACES;
}

/**
 * Decides whose turn it is. Checks take a core each, so about as many work as there are cores, and
 * two above that where they take long. One that waits for a registry takes no core and holds no
 * place, so that many which hang hold up nobody.
 *
 * One place is never given to slow ones: a function whose checks are quick finds it free, or held by
 * one that was expected to be quick and isn't, which gives way and waits as a slow one does. Slow ones
 * give way after two minutes, by when a bomb has used up its processor time unless the machine is
 * busy, and idle ones after some seconds; only where others find no place, and each time they may take
 * twice as long, so that code whose check takes long passes in the end.
 *
 * @example
 * ```ts
 * import { nextCheckTurn } from "./check_turn.ts";
 * const check = { name: "a", isQuick: true, isLong: false, isUrgent: false };
 * nextCheckTurn({ running: [], waiting: [check], cores: 1, nowMs: 0 }); // { type: "begin", check }
 * ```
 */
export function nextCheckTurn<Running extends RunningCheck, Waiting extends WaitingCheck>(
  queue: CheckQueue<Running, Waiting>,
): CheckTurn<Running, Waiting> {
  const { running, waiting, nowMs } = queue;
  const quick = first(waiting.filter(({ isQuick }) => isQuick));
  const slow = first(waiting.filter(({ isQuick }) => !isQuick));
  const mayEnd = running.every(({ isEnding }) => !isEnding);
  if (quick !== undefined) {
    if (hasQuickPlace(queue)) return { type: "begin", check: quick };
    const late = running.filter(({ isQuick, startedAtMs }) =>
      isQuick && nowMs - startedAtMs >= QUICK_CHECK_MS
    );
    const youngest = late.toSorted((a, b) => a.startedAtMs - b.startedAtMs).at(-1);
    if (youngest !== undefined && mayEnd) return { type: "end", check: youngest };
  }
  if (slow !== undefined) {
    const place = slowPlace(queue);
    if (place === "free") return { type: "begin", check: slow };
    const oldest = place === "soon" ? undefined : findOldest(queue, place, slow);
    if (oldest !== undefined && mayEnd) return { type: "end", check: oldest };
  }
  return { type: "wait", untilMs: nextChange(running, nowMs) };
}

function hasQuickPlace({ running, cores, nowMs }: CheckQueue): boolean {
  const busy = running.filter((one) => !isIdle(one, nowMs));
  const isFree = busy.length < cores + BEYOND_CORES || busy.every(({ isQuick }) => !isQuick);
  return isFree && running.length < mostChecks(cores);
}

/** Whether a slow one finds a place; if not, what those do that have it, or that it is free soon. */
function slowPlace({ running, cores, nowMs }: CheckQueue): "free" | "idle" | "busy" | "soon" {
  // The last is for a quick one.
  if (running.length >= mostChecks(cores) - 1) return "idle";
  const busy = running.filter((one) => !isIdle(one, nowMs));
  const slow = busy.filter(({ isQuick }) => !isQuick);
  const most = cores + BEYOND_CORES;
  if (busy.length >= most || slow.length >= most - 1) return "busy";
  const holding = busy.filter(({ startedAtMs }) => nowMs - startedAtMs < MAX_CHECK_HOLD_MS);
  return holding.length < cores ? "free" : "soon";
}

/** One whose patience is over. A check that took long before displaces none that did not. */
function findOldest<Running extends RunningCheck>(
  { running, nowMs }: CheckQueue<Running>,
  kind: "idle" | "busy",
  { isLong }: WaitingCheck,
): Running | undefined {
  const since = kind === "idle"
    ? ({ idleSinceMs }: RunningCheck): number => idleSinceMs ?? Infinity
    : ({ startedAtMs }: RunningCheck): number => startedAtMs;
  return running
    // Also one that was expected to be quick, and has long not been.
    .filter((one) => kind === "idle" || !isIdle(one, nowMs))
    .filter((one) => !isLong || one.isLong)
    .filter((one) => nowMs - since(one) >= patience(one, kind))
    .toSorted((a, b) => since(a) - since(b))[0];
}

function isIdle({ idleSinceMs = Infinity }: RunningCheck, nowMs: number): boolean {
  return nowMs - idleSinceMs >= IDLE_CHECK_MS;
}

function patience({ gaveWay }: RunningCheck, kind: keyof typeof PATIENCE_MS): number {
  return PATIENCE_MS[kind] * 2 ** Math.min(gaveWay, MAX_DOUBLINGS);
}

/** When a check that runs counts otherwise than now; never, if none does any more. */
function nextChange(running: readonly RunningCheck[], nowMs: number): number {
  const times = running.flatMap((one) => {
    const { startedAtMs, idleSinceMs = Infinity } = one;
    return [
      startedAtMs + QUICK_CHECK_MS,
      startedAtMs + MAX_CHECK_HOLD_MS,
      startedAtMs + patience(one, "busy"),
      idleSinceMs + IDLE_CHECK_MS,
      idleSinceMs + patience(one, "idle"),
    ];
  });
  return Math.min(Infinity, ...times.filter((time) => time > nowMs));
}

/** Those that took long come last, so that a new function does not wait for bombs that come again. */
function first<Waiting extends WaitingCheck>(waiting: readonly Waiting[]): Waiting | undefined {
  const short = waiting.filter(({ isLong }) => !isLong);
  const among = short.length > 0 ? short : waiting;
  return among.find(({ isUrgent }) => isUrgent) ?? among[0];
}
