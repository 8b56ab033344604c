/** A check that runs. */
export interface RunningCheck {
  readonly name: string;
  /** It is expected to end soon, because the function's last check did. */
  readonly isQuick: boolean;
  /** The function's last check took long, or hit a limit. */
  readonly isLong: boolean;
  readonly startedAtMs: number;
  /** Since then it has used no processor: it waits, for example for a registry. */
  readonly idleSinceMs: number | undefined;
  /** The function serves, so that people wait for its new code. */
  readonly isNeeded: boolean;
  /** Number of times that it has given way. */
  readonly gaveWay: number;
  /** It must end and has not ended yet. */
  readonly isEnding: boolean;
}

/** A check that waits for its turn. */
export type WaitingCheck = Pick<RunningCheck, "name" | "isQuick" | "isLong" | "isNeeded"> & {
  /** Requests wait for it: it goes before others of its kind. */
  readonly isUrgent: boolean;
  readonly sinceMs: number;
  /** Checks with the same key may run in one process; `undefined` for a check that runs alone. */
  readonly jointKey: string | undefined;
};

/** Checks of one supervisor; waiting checks are in the order of their arrival. */
export interface CheckQueue<
  Running extends RunningCheck = RunningCheck,
  Waiting extends WaitingCheck = WaitingCheck,
> {
  readonly running: readonly Running[];
  readonly waiting: readonly Waiting[];
  readonly cores: number;
  readonly nowMs: number;
}

/** The next step. */
export type CheckTurn<Running, Waiting> =
  | { readonly type: "begin"; readonly check: Waiting }
  /** This check must give way: it has taken longer than it may while another one waits. */
  | { readonly type: "end"; readonly check: Running }
  /** No step until a check ends or arrives, or until that time. */
  | { readonly type: "wait"; readonly untilMs: number };

/** Maximum duration of a quick check while others wait. */
export const QUICK_CHECK_MS = 3_000;

/**
 * A check that runs longer than this is slow and no longer delays other slow checks. The value is
 * far above the usual duration of a check, because the machine may be busy.
 */
export const MAX_CHECK_HOLD_MS = 15_000;

/** A check that has used no processor for this long needs no place. */
export const IDLE_CHECK_MS = 1_000;

/** Time after which a check gives way when others need its place; it doubles each time. */
export const PATIENCE_MS = { idle: 5_000, busy: 120_000 } as const;

/** Maximum number of doublings; a check hits its own limits before. */
const MAX_DOUBLINGS = 6;

/** Number of places in addition to one per core, for checks that take long. */
const BEYOND_CORES = 2;

/** Maximum number of idle checks in addition to the places: each takes memory. */
const IDLE_PLACES = 8;

/** Maximum number of checks in one process: a loss of all of them must stay small. */
export const MAX_JOINT = 16;

/**
 * A check of a function that does not serve waits for this long while functions that serve have new
 * code; then it goes before every second of them.
 */
export const MAX_PASSED_OVER_MS = 10_000;

/** Maximum number of checks that run at the same time, busy or idle. */
export function maxChecks(cores: number): number {
  return cores + BEYOND_CORES + IDLE_PLACES;
}

/**
 * Decides which check begins or ends next. Each check takes a core, so there is one place per core,
 * and two more when checks take long. A check that waits for a registry takes no core and holds no
 * place: many checks that hang delay nobody.
 *
 * Slow checks never get the last place. A quick check finds it free, or held by a check that was
 * expected to be quick and is not; that one gives way and waits as a slow check. Slow checks give
 * way after two minutes, when a bomb has used up its processor time unless the machine is busy;
 * idle checks after some seconds. They give way only when others find no place, and may take twice
 * as long each time, so that code with a long check passes in the end.
 *
 * Among checks of a kind, those go first for which requests wait, then new code of functions that
 * serve, then the others.
 *
 * @example
 * ```ts
 * import { nextCheckTurn } from "./check_turn.ts";
 * const kind = { isQuick: true, isLong: false, isUrgent: false, isNeeded: false };
 * const check = { name: "a", ...kind, sinceMs: 0, jointKey: undefined };
 * nextCheckTurn({ running: [], waiting: [check], cores: 1, nowMs: 0 }); // { type: "begin", check }
 * ```
 */
export function nextCheckTurn<Running extends RunningCheck, Waiting extends WaitingCheck>(
  queue: CheckQueue<Running, Waiting>,
): CheckTurn<Running, Waiting> {
  const { running, waiting, nowMs } = queue;
  const quick = first(waiting.filter(({ isQuick }) => isQuick), queue);
  const slow = first(waiting.filter(({ isQuick }) => !isQuick), queue);
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
  return isFree && running.length < maxChecks(cores);
}

/** Returns `free` if a slow check finds a place; else `soon`, or what the checks in its way do. */
function slowPlace({ running, cores, nowMs }: CheckQueue): "free" | "idle" | "busy" | "soon" {
  // The last place is for a quick check.
  if (running.length >= maxChecks(cores) - 1) return "idle";
  const busy = running.filter((one) => !isIdle(one, nowMs));
  const slow = busy.filter(({ isQuick }) => !isQuick);
  const most = cores + BEYOND_CORES;
  if (busy.length >= most || slow.length >= most - 1) return "busy";
  const holding = busy.filter(({ startedAtMs }) => nowMs - startedAtMs < MAX_CHECK_HOLD_MS);
  return holding.length < cores ? "free" : "soon";
}

/** Returns the check that gives way. A function whose checks take long displaces no other. */
function findOldest<Running extends RunningCheck>(
  { running, nowMs }: CheckQueue<Running>,
  kind: "idle" | "busy",
  { isLong }: WaitingCheck,
): Running | undefined {
  const since = kind === "idle"
    ? ({ idleSinceMs }: RunningCheck): number => idleSinceMs ?? Infinity
    : ({ startedAtMs }: RunningCheck): number => startedAtMs;
  return running
    // Among them may be a check that was expected to be quick.
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

/** Returns the next time at which a running check changes its kind; Infinity if there is none. */
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

/** Functions whose checks take long come last, so that a new function does not wait for bombs. */
function first<Waiting extends WaitingCheck>(
  waiting: readonly Waiting[],
  { running, nowMs }: CheckQueue,
): Waiting | undefined {
  const short = waiting.filter(({ isLong }) => !isLong);
  const among = short.length > 0 ? short : waiting;
  const urgent = among.find(({ isUrgent }) => isUrgent);
  if (urgent !== undefined) return urgent;
  const other = among.find(({ isNeeded }) => !isNeeded);
  const isOverdue = other !== undefined && nowMs - other.sinceMs >= MAX_PASSED_OVER_MS;
  const youngest = running.toSorted((a, b) => a.startedAtMs - b.startedAtMs).at(-1);
  if (isOverdue && youngest?.isNeeded === true) return other;
  return among.find(({ isNeeded }) => isNeeded) ?? other;
}

/**
 * Returns the waiting checks that run in one process with `lead`, which comes first. They wait for
 * the same reason, so that none of them delays a more important one. New code of a function that
 * serves is checked alone unless its last check was quick: one that takes long would hold up others.
 */
export function jointChecks<Waiting extends WaitingCheck>(
  lead: Waiting,
  waiting: readonly Waiting[],
): readonly Waiting[] {
  const isAlone = lead.isLong || lead.isNeeded && !lead.isQuick;
  if (lead.jointKey === undefined || isAlone) return [lead];
  const names = new Set<string>();
  return [lead, ...waiting.filter((one) => one !== lead)]
    .filter((one) =>
      one === lead ||
      one.jointKey === lead.jointKey && one.isQuick === lead.isQuick && !one.isLong &&
        one.isUrgent === lead.isUrgent && one.isNeeded === lead.isNeeded
    )
    // Two attempts of one function need two results.
    .filter(({ name }) => !names.has(name) && names.add(name))
    .slice(0, MAX_JOINT);
}
