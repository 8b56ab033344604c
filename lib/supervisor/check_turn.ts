/** A check that runs. */
export interface RunningCheck {
  readonly name: string;
  /** It is expected to end soon, because the last one of this function did. */
  readonly isQuick: boolean;
  readonly startedAtMs: number;
  /** It was asked to end, and has not yet. */
  readonly isEnding: boolean;
}

/** A check that waits for its turn. */
export type WaitingCheck = Pick<RunningCheck, "name" | "isQuick"> & {
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
  /** This one is to give way: it took longer than it was expected to, and another waits. */
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

/** Of a core's worth of checks, those beyond the cores: for the ones that take long. */
const BEYOND_CORES = 2;

/**
 * Decides whose turn it is. Checks take a core each, so about as many run as there are cores, and
 * never more than two above that, whatever becomes of them. One place is never given to slow ones:
 * a function whose checks are quick finds it free, or held by one that was expected to be quick and
 * isn't, which gives way and waits as a slow one does. Slow ones never give way, so that code whose
 * check takes long passes in the end.
 *
 * @example
 * ```ts
 * import { nextCheckTurn } from "./check_turn.ts";
 * const check = { name: "a", isQuick: true, isUrgent: false };
 * nextCheckTurn({ running: [], waiting: [check], cores: 1, nowMs: 0 }); // { type: "begin", check }
 * ```
 */
export function nextCheckTurn<Running extends RunningCheck, Waiting extends WaitingCheck>(
  { running, waiting, cores, nowMs }: CheckQueue<Running, Waiting>,
): CheckTurn<Running, Waiting> {
  const most = cores + BEYOND_CORES;
  const isFull = running.length >= most;
  const late = running.filter(({ isQuick, startedAtMs, isEnding }) =>
    isQuick && !isEnding && nowMs - startedAtMs >= QUICK_CHECK_MS
  );
  const quick = first(waiting.filter(({ isQuick }) => isQuick));
  if (quick !== undefined) {
    if (!isFull) return { type: "begin", check: quick };
    const youngest = late.toSorted((a, b) => a.startedAtMs - b.startedAtMs).at(-1);
    const isMakingRoom = running.some(({ isEnding }) => isEnding);
    if (youngest !== undefined && !isMakingRoom) return { type: "end", check: youngest };
  }
  const slow = first(waiting.filter(({ isQuick }) => !isQuick));
  const holding = running.filter(({ startedAtMs }) => nowMs - startedAtMs < MAX_CHECK_HOLD_MS);
  const slowRunning = running.filter(({ isQuick }) => !isQuick);
  const hasRoom = !isFull && holding.length < cores && slowRunning.length < most - 1;
  if (slow !== undefined && hasRoom) return { type: "begin", check: slow };
  return { type: "wait", untilMs: nextChange(running, nowMs) };
}

/** When a check that runs becomes late, or stops holding up slow ones; never, if all have. */
function nextChange(running: readonly RunningCheck[], nowMs: number): number {
  const times = running.flatMap(({ startedAtMs }) => [
    startedAtMs + QUICK_CHECK_MS,
    startedAtMs + MAX_CHECK_HOLD_MS,
  ]);
  return Math.min(Infinity, ...times.filter((time) => time > nowMs));
}

function first<Waiting extends WaitingCheck>(waiting: readonly Waiting[]): Waiting | undefined {
  return waiting.find(({ isUrgent }) => isUrgent) ?? waiting[0];
}
