import type { CheckResult } from "../check/check.ts";
import type { TurnOptions } from "../system/semaphore.ts";
import { sleep } from "../system/sleep.ts";
import { type CheckHistory, noteCheck, noteGivenWay, UNKNOWN } from "./check_history.ts";
import { nextCheckTurn, type RunningCheck, type WaitingCheck } from "./check_turn.ts";

/** Runs a function's check when it is its turn. */
export type CheckTask = (given: {
  /** Aborts when the check must end, also when it must give way to others. */
  readonly signal: AbortSignal;
  /** The check calls it periodically: true while it uses no processor and waits for a registry. */
  readonly onLook: (isIdle: boolean) => void;
}) => Promise<CheckResult>;

/** Runs each check when `nextCheckTurn` says so. */
export interface CheckLane {
  /**
   * Runs a function's check, and runs it again later if it gave way to others. Rejects with the
   * reason of `turn.signal` when that aborts.
   */
  readonly run: (
    name: string,
    task: CheckTask,
    turn: TurnOptions & { readonly signal: AbortSignal },
  ) => Promise<CheckResult>;
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

interface Waiting extends Omit<WaitingCheck, "isUrgent"> {
  readonly isUrgent: boolean;
  readonly begin: (running: Running) => void;
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
          const { name, isQuick, isLong, begin } = turn.check;
          const started: Running = {
            ...{ name, isQuick, isLong },
            gaveWay: historyOf(name).gaveWay,
            startedAtMs: queue.nowMs,
            idleSinceMs: undefined,
            isEnding: false,
            giveWay: new AbortController(),
          };
          waiting.delete(turn.check);
          running.add(started);
          begin(started);
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

  async function takeTurn(
    name: string,
    { signal, isUrgent = () => false }: TurnOptions & { readonly signal: AbortSignal },
  ): Promise<Running> {
    signal.throwIfAborted();
    const turn = Promise.withResolvers<Running>();
    const entry: Waiting = {
      name,
      isQuick: historyOf(name).isQuick,
      isLong: historyOf(name).isLong,
      get isUrgent() {
        return isUrgent();
      },
      begin: turn.resolve,
    };
    const leave = (): void => {
      // If its turn has come, the task handles the signal.
      if (!waiting.delete(entry)) return;
      turn.reject(signal.reason);
      proceed();
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
        try {
          const result = await task({
            signal: AbortSignal.any([turn.signal, entry.giveWay.signal]),
            onLook: (isIdle) => noteIdle(entry, isIdle),
          });
          const nowMs = now();
          const { exhausted } = result;
          const ended = { tookMs: nowMs - entry.startedAtMs, exhausted, nowMs };
          const history = noteCheck(historyOf(name), ended);
          histories.set(name, history);
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
