import type { CheckResult } from "../check/check.ts";
import type { SourceEntry } from "../function/joint_sources.ts";
import type { TurnOptions } from "../system/semaphore.ts";
import { sleep } from "../system/sleep.ts";
import { type CheckHistory, noteCheck, noteGivenWay, UNKNOWN } from "./check_history.ts";
import { jointChecks, nextCheckTurn, type RunningCheck, type WaitingCheck } from "./check_turn.ts";

/** A running check and its lane. */
export interface GivenTurn {
  /** Aborts when the check must end, also when it must give way to others. */
  readonly signal: AbortSignal;
  /** The check calls it periodically: true while it uses no processor and waits for a registry. */
  readonly onLook: (isIdle: boolean) => void;
}

/** Runs a function's check when it is its turn. */
export type CheckTask = (given: GivenTurn) => Promise<CheckResult>;

/** Runs the check of a function together with others. */
export interface JointTask {
  /** Checks with the same key may run in one process. */
  readonly key: string;
  readonly source: SourceEntry;
  /** Returns the results of those that passed; each other function gets its own check. */
  readonly run: (
    sources: readonly SourceEntry[],
    given: GivenTurn,
  ) => Promise<ReadonlyMap<string, CheckResult>>;
}

/** Options of one check in the lane. */
export interface CheckTurnOptions extends TurnOptions {
  readonly signal: AbortSignal;
  /** Returns true if the function serves; `false` when left out. */
  readonly isNeeded?: () => boolean;
  /** Missing if the check must run alone. */
  readonly joint?: JointTask | undefined;
}

/** Runs each check when `nextCheckTurn` says so. */
export interface CheckLane {
  /**
   * Runs a function's check, and runs it again later if it gave way to others. Rejects with the
   * reason of `turn.signal` when that aborts.
   */
  readonly run: (name: string, task: CheckTask, turn: CheckTurnOptions) => Promise<CheckResult>;
  /** Expects the next check to be quick, because the function has passed one before. */
  readonly presumeQuick: (name: string) => void;
  /** Ends the wait after checks that hit a limit, because the operator asks for a check. */
  readonly skipWait: (name: string) => void;
  /** Forgets a function unless it must still wait for its next check. */
  readonly forget: (name: string) => void;
}

/** Options of {@linkcode createCheckLane}. */
export interface CheckLaneOptions {
  readonly cores: number;
  /** Milliseconds on a clock that never steps. */
  readonly now?: () => number;
}

interface Running extends RunningCheck {
  idleSinceMs: number | undefined;
  isEnding: boolean;
  readonly giveWay: AbortController;
}

interface Waiting extends WaitingCheck {
  /** Missing if the check runs alone. */
  joint: JointTask | undefined;
  readonly signal: AbortSignal;
  /** Its own turn, or its result of a joint check. */
  readonly begin: (turn: Running | CheckResult) => void;
}

/** Creates the lane of one supervisor. */
export function createCheckLane(options: CheckLaneOptions): CheckLane {
  const { cores, now = () => performance.now() } = options;
  const histories = new Map<string, CheckHistory>();
  const running = new Set<Running>();
  const waiting = new Set<Waiting>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const historyOf = (name: string): CheckHistory => histories.get(name) ?? UNKNOWN;

  /** Begins and ends checks until it is nobody's turn; each step changes the input of the next. */
  function proceed(): void {
    clearTimeout(timer);
    for (;;) {
      const queue = { running: [...running], waiting: [...waiting], cores, nowMs: now() };
      const turn = nextCheckTurn(queue);
      switch (turn.type) {
        case "begin": {
          const { name, isQuick, isLong, isNeeded, begin } = turn.check;
          const started: Running = {
            ...{ name, isQuick, isLong, isNeeded },
            gaveWay: historyOf(name).gaveWay,
            startedAtMs: queue.nowMs,
            idleSinceMs: undefined,
            isEnding: false,
            giveWay: new AbortController(),
          };
          const members = jointChecks(turn.check, queue.waiting);
          for (const one of members) waiting.delete(one);
          running.add(started);
          if (members.length > 1) void runTogether(members, started);
          else begin(started);
          break;
        }
        case "end":
          turn.check.isEnding = true;
          turn.check.giveWay.abort();
          break;
        case "wait":
          if (waiting.size > 0 && turn.untilMs < Infinity) {
            timer = setTimeout(proceed, turn.untilMs - queue.nowMs);
          }
          return;
        default:
          turn satisfies never;
      }
    }
  }

  /** Gives each member its result, or its place at the head of the queue for its own check. */
  async function runTogether(members: readonly Waiting[], entry: Running): Promise<void> {
    const present = members.filter(({ signal }) => !signal.aborted);
    const [lead] = present;
    // A member that leaves stops the check of the others only if it is the last.
    const left = new AbortController();
    const stop = (): void => {
      if (members.every(({ signal }) => signal.aborted)) left.abort();
    };
    for (const { signal } of members) signal.addEventListener("abort", stop, { once: true });
    let results: ReadonlyMap<string, CheckResult> = new Map();
    try {
      results = await lead!.joint!.run(present.map(({ joint }) => joint!.source), {
        signal: AbortSignal.any([left.signal, entry.giveWay.signal]),
        onLook: (isIdle) => noteIdle(entry, isIdle),
      });
    } catch {
      // Each function's own check tells what is wrong.
    }
    for (const { signal } of members) signal.removeEventListener("abort", stop);
    // Each of them alone would not have taken as long as all.
    const tookMs = (now() - entry.startedAtMs) / members.length;
    const back: Waiting[] = [];
    for (const one of members) {
      if (one.signal.aborted) continue;
      const result = results.get(one.name);
      if (result === undefined) {
        one.joint = undefined;
        back.push(one);
        continue;
      }
      note(one.name, { tookMs, result });
      one.begin(result);
    }
    const others = [...waiting];
    waiting.clear();
    for (const one of [...back, ...others]) waiting.add(one);
    running.delete(entry);
    proceed();
  }

  function note(
    name: string,
    { tookMs, result }: { readonly tookMs: number; readonly result: CheckResult },
  ): CheckHistory {
    const { exhausted, diagnostics } = result;
    const ended = { tookMs, exhausted, hasErrors: diagnostics !== undefined, nowMs: now() };
    const history = noteCheck(historyOf(name), ended);
    histories.set(name, history);
    return history;
  }

  async function takeTurn(
    name: string,
    { signal, isUrgent = () => false, isNeeded = () => false, joint }: CheckTurnOptions,
  ): Promise<Running | CheckResult> {
    signal.throwIfAborted();
    const turn = Promise.withResolvers<Running | CheckResult>();
    const entry: Waiting = {
      name,
      isQuick: historyOf(name).isQuick,
      isLong: historyOf(name).isLong,
      get isUrgent() {
        return isUrgent();
      },
      get isNeeded() {
        return isNeeded();
      },
      get jointKey() {
        return this.joint?.key;
      },
      sinceMs: now(),
      joint: historyOf(name).hasErrors ? undefined : joint,
      signal,
      begin: turn.resolve,
    };
    const leave = (): void => {
      // If its turn has come, the task handles the signal; a joint check goes on without it.
      turn.reject(signal.reason);
      if (waiting.delete(entry)) proceed();
    };
    waiting.add(entry);
    signal.addEventListener("abort", leave, { once: true });
    proceed();
    try {
      return await turn.promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  function noteIdle(entry: Running, isIdle: boolean): void {
    if (isIdle === (entry.idleSinceMs !== undefined)) return;
    entry.idleSinceMs = isIdle ? now() : undefined;
    proceed();
  }

  return {
    async run(name, task, turn) {
      for (;;) {
        const waitMs = historyOf(name).notBeforeMs - now();
        if (waitMs > 0) await sleep(waitMs, turn.signal);
        const entry = await takeTurn(name, turn);
        if (!("giveWay" in entry)) return entry;
        try {
          const result = await task({
            signal: AbortSignal.any([turn.signal, entry.giveWay.signal]),
            onLook: (isIdle) => noteIdle(entry, isIdle),
          });
          const history = note(name, { tookMs: now() - entry.startedAtMs, result });
          const nowMs = now();
          return history.notBeforeMs > nowMs
            ? withWait(result, history.notBeforeMs - nowMs)
            : result;
        } catch (error) {
          if (turn.signal.aborted || !entry.giveWay.signal.aborted) throw error;
          histories.set(name, noteGivenWay(historyOf(name)));
        } finally {
          running.delete(entry);
          proceed();
        }
      }
    },
    presumeQuick(name) {
      if (!histories.has(name)) histories.set(name, { ...UNKNOWN, isQuick: true });
    },
    skipWait(name) {
      const history = histories.get(name);
      if (history !== undefined) histories.set(name, { ...history, notBeforeMs: 0 });
    },
    forget(name) {
      if (historyOf(name).notBeforeMs <= now()) histories.delete(name);
    },
  };
}

function withWait(result: CheckResult, waitMs: number): CheckResult {
  const seconds = Math.ceil(waitMs / 1_000);
  return {
    ...result,
    diagnostics:
      `${result.diagnostics}\nThe next check of new code begins in ${seconds} s at the earliest. ` +
      "ddsrv reload checks it now",
  };
}
