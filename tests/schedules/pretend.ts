// A pretend clock, disk and function for tests of the scheduler.
import type { Schedule } from "../../lib/config/schedule.ts";
import type { Attempted } from "../../lib/schedules/run_schedule.ts";
import {
  type EndedRun,
  formatRecords,
  parseRecords,
  type ScheduleRecord,
} from "../../lib/schedules/schedule_record.ts";
import type { ScheduledRequest } from "../../lib/schedules/scheduled_request.ts";
import { createScheduler, type Scheduler } from "../../lib/schedules/scheduler.ts";

/** Start of the pretend time: noon. */
export const NOON_MS = Date.UTC(2026, 10, 27, 12);

/** A schedule that runs each minute. */
export const EACH_MINUTE: Schedule = {
  name: "report",
  cron: "* * * * *",
  timezone: "UTC",
  path: "/report",
  method: "POST",
  timeoutMs: 300_000,
  retries: 0,
  overlap: "skip",
  catchUp: false,
};

/** Behaviour of a pretend host. */
export interface PretendOptions {
  /** Handles a request; it may wait with `host.pause`. */
  readonly answer?: (request: ScheduledRequest) => Attempted | Promise<Attempted>;
  /** Called at each effect: writes and requests, before and after. True kills the supervisor. */
  readonly isKilledAt?: (effect: string) => boolean;
  /** Fails to write. */
  readonly isDiskFull?: () => boolean;
}

interface Timer {
  readonly atMs: number;
  readonly call: () => void;
}

/** A host whose time stands still until the test moves it. */
export interface PretendHost {
  readonly nowMs: number;
  /** Sets the clock; timers do not notice. */
  readonly setClock: (nowMs: number) => void;
  /** Ticks of requests that have reached the function. */
  readonly delivered: number[];
  readonly ended: EndedRun[];
  readonly warnings: string[];
  readonly isKilled: boolean;
  /** Starts a supervisor's scheduler; one that was killed before never acts again. */
  readonly start: () => Scheduler;
  /** Lets time pass, and everything happen that is due. */
  readonly pass: (ms: number) => Promise<void>;
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Returns what is on the disk. */
  readonly stored: (name: string) => ReadonlyMap<string, ScheduleRecord>;
}

/** Creates a pretend host. */
export function pretendHost(options: PretendOptions = {}): PretendHost {
  const { answer = () => ({ type: "answered", status: 200 }) } = options;
  const files = new Map<string, string>();
  let timers: Timer[] = [];
  let life = 0;
  /** Time that has passed; the clock shows something else once it was set. */
  let passedMs = 0;
  let clockMs = NOON_MS;
  let isKilled = false;

  function later(call: () => void, ms: number): Disposable {
    const mine = life;
    const timer: Timer = {
      atMs: passedMs + ms,
      call: () => {
        if (mine === life && !isKilled) call();
      },
    };
    timers.push(timer);
    return { [Symbol.dispose]: () => timers = timers.filter((one) => one !== timer) };
  }

  function pause(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = later(resolve, ms);
    signal?.addEventListener("abort", () => {
      timer[Symbol.dispose]();
      resolve();
    }, { once: true });
    return promise;
  }

  /** Nothing of a killed supervisor goes on. */
  async function at(effect: string, mine: number): Promise<void> {
    if (mine === life && !isKilled && options.isKilledAt?.(effect) === true) isKilled = true;
    if (mine !== life || isKilled) await new Promise<never>(() => {});
  }

  const host: PretendHost = {
    get nowMs() {
      return clockMs + passedMs;
    },
    setClock(nowMs) {
      clockMs = nowMs - passedMs;
    },
    delivered: [],
    ended: [],
    warnings: [],
    get isKilled() {
      return isKilled;
    },
    start() {
      const mine = ++life;
      isKilled = false;
      timers = [];
      return createScheduler({
        store: {
          read: (name) => Promise.resolve(parseRecords(files.get(name) ?? "")),
          async write(name, records) {
            await at("before a write", mine);
            if (options.isDiskFull?.()) throw new Error("No space left on device");
            files.set(name, formatRecords(records));
            await at("after a write", mine);
          },
          forget: (name) => Promise.resolve(void files.delete(name)),
        },
        async send(request) {
          await at("before a request", mine);
          host.delivered.push(request.tickMs);
          const attempted = await answer(request);
          await at("after a request", mine);
          return attempted;
        },
        onEnded: (_name, _schedule, run) => void host.ended.push(run),
        onWarning: (message) => void host.warnings.push(message),
        now: () => host.nowMs,
        pause,
        later,
      });
    },
    async pass(ms) {
      const untilMs = passedMs + ms;
      await settle();
      for (;;) {
        const [next] = timers.toSorted((a, b) => a.atMs - b.atMs);
        if (next === undefined || next.atMs > untilMs) break;
        timers = timers.filter((one) => one !== next);
        passedMs = Math.max(passedMs, next.atMs);
        next.call();
        await settle();
      }
      passedMs = untilMs;
    },
    pause,
    stored: (name) => parseRecords(files.get(name) ?? ""),
  };
  return host;
}

/** Lets all promises settle that wait for no timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}
