import { type CronLine, parseCronLine } from "../config/cron_line.ts";
import type { Schedule } from "../config/schedule.ts";
import { createSemaphore } from "../system/semaphore.ts";
import { sleep } from "../system/sleep.ts";
import { findDueTick, LATE_MS } from "./due_tick.ts";
import { ABORTED, type Attempted, runSchedule } from "./run_schedule.ts";
import {
  type BegunRun,
  type EndedRun,
  NO_RUNS,
  type RunCounts,
  type ScheduleRecord,
} from "./schedule_record.ts";
import type { ScheduleStore } from "./schedule_store.ts";

/** A schedule of a function, and what is known of its runs. Times are milliseconds since 1970. */
export interface ScheduleState
  extends Pick<ScheduleRecord, "running" | "last" | "okAtMs" | "counts"> {
  readonly function: string;
  readonly schedule: Schedule;
  /** Its next tick; `undefined` if there is none. */
  readonly nextMs: number | undefined;
}

/** Result of a run by hand. `running`: an earlier run goes on. */
export type ManualRun =
  | { readonly type: "ended"; readonly run: EndedRun }
  | { readonly type: "running" }
  | { readonly type: "absent" };

/** One attempt of a run, to send. */
export interface ScheduledRequest {
  readonly function: string;
  readonly schedule: Schedule;
  readonly tickMs: number;
  readonly signal: AbortSignal;
}

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
export interface SchedulerOptions {
  readonly store: ScheduleStore;
  /** Sends one request. Resolves also when its signal aborts. */
  readonly send: (request: ScheduledRequest) => Promise<Attempted>;
  /** Called after each run. */
  readonly onEnded: (name: string, schedule: Schedule, run: EndedRun) => void;
  readonly onWarning: (message: string) => void;
  /** Time in milliseconds since 1970. */
  readonly now?: () => number;
  readonly pause?: typeof sleep;
  /** Calls a function once after some milliseconds, unless the result is disposed of before. */
  readonly later?: (call: () => void, ms: number) => Disposable;
}

interface Job {
  readonly function: string;
  schedule: Schedule;
  line: CronLine;
  record: ScheduleRecord;
  nextMs: number | undefined;
  active: Promise<EndedRun> | undefined;
}

interface Scheduled {
  text: string;
  jobs: ReadonlyMap<string, Job>;
  /** Resolves when the records have been read. */
  readonly opened: Promise<void>;
  saving: Promise<unknown>;
  readonly abort: AbortController;
}

/** The clock may be set meanwhile, and a host may sleep: no timer is longer. */
const MAX_TIMER_MS = 30_000;

/** A tick that was seen and is further in the future was seen by a clock that was wrong. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** At midnight, the schedules of all functions are due. */
const MAX_RUNS = 64;

/** Creates the scheduler of a supervisor. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { store, send, onEnded, onWarning, now = Date.now, pause = sleep, later = callLater } =
    options;
  const functions = new Map<string, Scheduled>();
  /** Ends of removed functions' runs: until then, a function of the same name does not begin. */
  const leaving = new Map<string, Promise<unknown>>();
  const active = new Set<Promise<unknown>>();
  const turns = createSemaphore(MAX_RUNS);
  const stopping = new AbortController();
  const startedAtMs = now();
  let isEnding = false;
  let timer: Disposable | undefined;

  /** Writes the present records; rejects if they can't be written. */
  function save(name: string, scheduled: Scheduled): Promise<void> {
    const writing = scheduled.saving.then(async () => {
      const records = [...scheduled.jobs].map(([key, { record }]) => [key, record] as const);
      await store.write(name, new Map(records));
    });
    scheduled.saving = writing.catch(() => {});
    track(scheduled.saving);
    return writing;
  }

  function saveOrWarn(name: string, scheduled: Scheduled): void {
    save(name, scheduled).catch((error) =>
      onWarning(`${name}: Cannot record its schedules: ${error.message}. Make room on the disk`)
    );
  }

  function track(promise: Promise<unknown>): void {
    active.add(promise);
    void promise.finally(() => active.delete(promise));
  }

  function count(job: Job, change: Partial<RunCounts>): void {
    const counts = { ...job.record.counts };
    for (const [key, value] of Object.entries(change)) counts[key as keyof RunCounts] += value;
    job.record = { ...job.record, counts };
  }

  /** Begins a run of a job that has none. */
  function start(job: Job, tickMs: number, isManual = false): Promise<EndedRun> {
    const scheduled = functions.get(job.function)!;
    const begun: BegunRun = { tickMs, startedAtMs: now(), isManual };
    job.record = { ...job.record, running: begun };
    const running = run(job, scheduled, begun).then((ended) => {
      const { running: _, ...rest } = job.record;
      job.record = { ...rest, last: ended, ...ended.result === "ok" ? { okAtMs: now() } : {} };
      count(job, { [ended.result]: 1 });
      saveOrWarn(job.function, scheduled);
      job.active = undefined;
      onEnded(job.function, job.schedule, ended);
      const isThere = scheduled.jobs.get(job.schedule.name) === job;
      if (isThere && !scheduled.abort.signal.aborted) startQueued(job);
      return ended;
    });
    job.active = running;
    track(running);
    return running;
  }

  /** Begins the run that had to wait; after a restart, only if it is not late. */
  function startQueued(job: Job): void {
    const { queuedMs, ...rest } = job.record;
    if (queuedMs === undefined || isEnding) return;
    job.record = rest;
    const isLate = !job.schedule.catchUp && queuedMs < startedAtMs && now() - queuedMs > LATE_MS;
    if (isLate) count(job, { missed: 1 });
    else void start(job, queuedMs);
  }

  async function run(job: Job, scheduled: Scheduled, begun: BegunRun): Promise<EndedRun> {
    const signal = AbortSignal.any([stopping.signal, scheduled.abort.signal]);
    const { schedule } = job;
    try {
      // Before the request is sent: after a crash, the tick must not have a second run.
      await save(job.function, scheduled);
    } catch (error) {
      const reason = `Cannot record the run: ${(error as Error).message}. Make room on the disk`;
      return { ...begun, result: "failed", durationMs: 0, attempts: 0, reason };
    }
    return await turns.run(async () => {
      if (signal.aborted) {
        return { ...begun, result: "interrupted", durationMs: 0, attempts: 0, reason: ABORTED };
      }
      const { tickMs } = begun;
      return await runSchedule(schedule, begun, {
        attempt: (signal) => send({ function: job.function, schedule, tickMs, signal }),
        signal,
        now,
        pause,
      });
    });
  }

  /** Handles the ticks that have passed. */
  function tick(): void {
    const nowMs = now();
    for (const [name, scheduled] of functions) {
      let isChanged = false;
      for (const job of scheduled.jobs.values()) {
        if (job.record.seenMs > nowMs + MAX_AHEAD_MS) isChanged = forgetFuture(job, nowMs);
        if (job.nextMs === undefined || job.nextMs > nowMs) continue;
        take(job, nowMs);
        isChanged = true;
      }
      if (isChanged) saveOrWarn(name, scheduled);
    }
    arm();
  }

  function take(job: Job, nowMs: number): void {
    const { schedule: { catchUp, overlap }, line, record } = job;
    const { dueMs, seenMs, missed } = findDueTick(line, { ...record, nowMs, catchUp });
    job.record = { ...record, seenMs };
    job.nextMs = line.next(seenMs);
    if (missed > 0) count(job, { missed });
    if (dueMs === undefined) return;
    if (job.active === undefined) void start(job, dueMs);
    else if (overlap === "queue" && job.record.queuedMs === undefined) {
      job.record = { ...job.record, queuedMs: dueMs };
    } else count(job, { skipped: 1 });
  }

  /** The clock was wrong when the last tick was seen, or is wrong now. */
  function forgetFuture(job: Job, nowMs: number): true {
    onWarning(
      `${job.function}: The clock was set back by more than a day. The schedule ` +
        `"${job.schedule.name}" continues from now on`,
    );
    job.record = { ...job.record, seenMs: nowMs };
    job.nextMs = job.line.next(nowMs);
    return true;
  }

  function arm(): void {
    timer?.[Symbol.dispose]();
    timer = undefined;
    if (isEnding) return;
    let nextMs = Infinity;
    let hasJobs = false;
    for (const { jobs } of functions.values()) {
      for (const job of jobs.values()) {
        hasJobs = true;
        nextMs = Math.min(nextMs, job.nextMs ?? Infinity);
      }
    }
    if (!hasJobs) return;
    timer = later(tick, Math.max(0, Math.min(MAX_TIMER_MS, nextMs - now())));
  }

  /** Takes over the schedules of a manifest; jobs that stay keep their runs. */
  function apply(
    name: string,
    schedules: readonly Schedule[],
    records: ReadonlyMap<string, ScheduleRecord>,
  ): void {
    const scheduled = functions.get(name)!;
    const before = scheduled.jobs;
    scheduled.jobs = new Map(
      schedules.map((schedule) => {
        const key = `${schedule.cron} ${schedule.timezone}`;
        const line = parseCronLine(schedule.cron, schedule.timezone);
        const known = before.get(schedule.name);
        const stored = known?.record ?? records.get(schedule.name);
        const record = stored?.line === key
          ? stored
          : { counts: NO_RUNS, ...stored, line: key, seenMs: now() };
        const job = known ?? {
          function: name,
          schedule,
          line,
          record,
          nextMs: undefined,
          active: undefined,
        };
        Object.assign(job, { schedule, line, record, nextMs: line.next(record.seenMs) });
        if (known === undefined && record.running !== undefined) interrupted(job, record.running);
        if (job.active === undefined) startQueued(job);
        return [schedule.name, job] as const;
      }),
    );
    saveOrWarn(name, scheduled);
    tick();
  }

  /** The supervisor of this run was killed: nobody knows if the function did its work. */
  function interrupted(job: Job, begun: BegunRun): void {
    const { running: _, ...rest } = job.record;
    const reason = "ddsrv ended during the run";
    const last: EndedRun = {
      ...begun,
      ...{ result: "interrupted", durationMs: 0, attempts: 0, reason },
    };
    job.record = { ...rest, last };
    count(job, { interrupted: 1 });
    onEnded(job.function, job.schedule, last);
  }

  return {
    set(name, schedules) {
      const known = functions.get(name);
      if (isEnding || known === undefined && schedules.length === 0) return;
      const text = JSON.stringify(schedules);
      if (known?.text === text) return;
      if (known !== undefined) {
        known.text = text;
        void known.opened.then(() => known.text === text && apply(name, schedules, new Map()));
        return;
      }
      const abort = new AbortController();
      const left = leaving.get(name) ?? Promise.resolve();
      const opened = left.then(() => store.read(name)).catch((error) => {
        onWarning(`${name}: Cannot read the records of its schedules: ${error.message}`);
        return new Map<string, ScheduleRecord>();
      }).then((records) => {
        if (abort.signal.aborted) return;
        apply(name, JSON.parse(functions.get(name)!.text), records);
      });
      functions.set(name, { text, jobs: new Map(), opened, saving: Promise.resolve(), abort });
      track(opened);
    },
    remove(name) {
      const scheduled = functions.get(name);
      if (scheduled === undefined) return;
      functions.delete(name);
      scheduled.abort.abort();
      const runs = [...scheduled.jobs.values()].map(({ active }) => active);
      const ended = Promise.all(runs).then(() => scheduled.saving).finally(() => {
        if (leaving.get(name) === ended) leaving.delete(name);
      });
      leaving.set(name, ended);
      track(ended);
      arm();
    },
    list: () =>
      [...functions].sort(([a], [b]) => a < b ? -1 : 1).flatMap(([name, { jobs }]) =>
        [...jobs.values()].map(({ schedule, record, nextMs }) => ({
          ...record,
          function: name,
          schedule,
          nextMs,
        }))
      ),
    async run(name, schedule) {
      const job = functions.get(name)?.jobs.get(schedule);
      if (job === undefined || isEnding) return { type: "absent" };
      if (job.active !== undefined) return { type: "running" };
      return { type: "ended", run: await start(job, now(), true) };
    },
    end,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await end();
    },
  };

  async function end(): Promise<void> {
    isEnding = true;
    timer?.[Symbol.dispose]();
    while (active.size > 0) await Promise.all(active);
  }
}

/** The timer does not keep the process alive. */
function callLater(call: () => void, ms: number): Disposable {
  const timer = setTimeout(call, ms);
  Deno.unrefTimer(timer);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
