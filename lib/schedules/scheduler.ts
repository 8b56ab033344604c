import type { Schedule } from "../config/schedule.ts";
import { createSemaphore } from "../system/semaphore.ts";
import { sleep } from "../system/sleep.ts";
import {
  createFunctionSchedules,
  type FunctionSchedules,
  type ManualRun,
  type ScheduleResources,
  type ScheduleState,
} from "./function_schedules.ts";
import type { ScheduleRecord } from "./schedule_record.ts";
import type { ScheduleStore } from "./schedule_store.ts";

/** Runs the schedules of all functions. Disposing of it ends all runs. */
export interface Scheduler extends AsyncDisposable {
  /** Sets the schedules of a function. The first ones begin with what is known from disk. */
  readonly set: (name: string, schedules: readonly Schedule[]) => void;
  /** Ends the runs of a function whose folder is gone. */
  readonly remove: (name: string) => void;
  /** Returns all schedules, sorted by function, in the order of its manifest. */
  readonly list: () => readonly ScheduleState[];
  /** Begins no more runs, and waits for the present ones. */
  readonly end: () => Promise<void>;
  /** Runs a schedule now, and waits for its end. */
  readonly run: (name: string, schedule: string) => Promise<ManualRun>;
}

/** Options of {@linkcode createScheduler}. */
export interface SchedulerOptions
  extends
    Pick<ScheduleResources, "claim" | "send" | "onEnded" | "onWarning">,
    Partial<Pick<ScheduleResources, "now" | "pause">> {
  readonly store: ScheduleStore;
  /** Records are read, and runs begin, not before this. */
  readonly begin?: Promise<unknown> | undefined;
  /** False: schedules run only by hand. */
  readonly isAutomatic?: boolean;
  /** Calls a function once after some milliseconds, unless the result is disposed of before. */
  readonly later?: (call: () => void, ms: number) => Disposable;
}

interface Scheduled {
  /** The schedules as they were set last. */
  text: string;
  readonly abort: AbortController;
  /** `undefined` until the records have been read. */
  present: FunctionSchedules | undefined;
  readonly opened: Promise<void>;
}

/** The clock may be set meanwhile, and a host may sleep: no timer is longer. */
const MAX_TIMER_MS = 30_000;

/** At midnight, the schedules of all functions are due. */
const MAX_RUNS = 64;

/** Creates the scheduler of a supervisor. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { store, isAutomatic = true, onWarning } = options;
  const { now = Date.now, pause = sleep, later = callLater } = options;
  const resources = {
    ...{ ...options, isAutomatic, now, pause, startedAtMs: now() },
    turns: createSemaphore(MAX_RUNS),
  };
  const functions = new Map<string, Scheduled>();
  /** Ends of removed functions' runs: until then, a function of the same name does not begin. */
  const leaving = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let isEnding = false;
  let timer: Disposable | undefined;

  function tick(): void {
    for (const { present } of functions.values()) present?.tick();
    arm();
  }

  function arm(): void {
    timer?.[Symbol.dispose]();
    timer = undefined;
    if (isEnding || !isAutomatic || functions.size === 0) return;
    const times = [...functions.values()].map(({ present }) => present?.nextMs() ?? Infinity);
    const nextMs = times.reduce((first, one) => Math.min(first, one), Infinity);
    timer = later(tick, Math.max(0, Math.min(MAX_TIMER_MS, nextMs - now())));
  }

  async function open(name: string, scheduled: Scheduled): Promise<void> {
    await options.begin;
    await leaving.get(name);
    const records = await store.read(name).catch((error) => {
      onWarning(`${name}: Cannot read the records of its schedules: ${error.message}`);
      return new Map<string, ScheduleRecord>();
    });
    if (scheduled.abort.signal.aborted || isEnding) return;
    const signal = AbortSignal.any([stopping.signal, scheduled.abort.signal]);
    scheduled.present = createFunctionSchedules({ ...resources, name, records, signal });
    scheduled.present.set(JSON.parse(scheduled.text));
    arm();
  }

  async function end(): Promise<void> {
    isEnding = true;
    timer?.[Symbol.dispose]();
    for (const { present } of functions.values()) present?.close();
    await Promise.all([...functions.values()].map(({ opened }) => opened));
    await Promise.all([...functions.values()].map(({ present }) => present?.ended()));
    await Promise.all(leaving.values());
  }

  return {
    set(name, schedules) {
      const known = functions.get(name);
      if (isEnding || known === undefined && schedules.length === 0) return;
      const text = JSON.stringify(schedules);
      if (known === undefined) {
        const { promise: opened, resolve } = Promise.withResolvers<void>();
        const scheduled = { text, abort: new AbortController(), present: undefined, opened };
        functions.set(name, scheduled);
        void open(name, scheduled).finally(resolve);
      } else if (known.text !== text) {
        known.text = text;
        known.present?.set(schedules);
        arm();
      }
    },
    remove(name) {
      const scheduled = functions.get(name);
      if (scheduled === undefined) return;
      functions.delete(name);
      scheduled.present?.close();
      scheduled.abort.abort();
      const left = scheduled.opened.then(() => scheduled.present?.ended()).finally(() => {
        if (leaving.get(name) === left) leaving.delete(name);
      });
      leaving.set(name, left);
      arm();
    },
    list: () =>
      [...functions].sort(([a], [b]) => a < b ? -1 : 1)
        .flatMap(([, { present }]) => present?.list() ?? []),
    end,
    run: async (name, schedule) =>
      await functions.get(name)?.present?.run(schedule) ?? { type: "absent" },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await end();
    },
  };
}

/** The timer does not keep the process alive. */
function callLater(call: () => void, ms: number): Disposable {
  const timer = setTimeout(call, ms);
  Deno.unrefTimer(timer);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
