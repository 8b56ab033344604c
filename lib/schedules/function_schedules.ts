import { type CronLine, parseCronLine } from "../config/cron_line.ts";
import type { Schedule } from "../config/schedule.ts";
import type { Semaphore } from "../system/semaphore.ts";
import type { sleep } from "../system/sleep.ts";
import type { ClaimTick } from "./claim_tick.ts";
import type { ScheduledRequest } from "./scheduled_request.ts";
import { ABORTED, type Attempted, runSchedule } from "./run_schedule.ts";
import type { BegunRun, EndedRun, ScheduleRecord } from "./schedule_record.ts";
import {
  continueRecord,
  endRun,
  interruptedRun,
  isAhead,
  passTicks,
  takeQueued,
  withoutRun,
} from "./schedule_steps.ts";
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

/** The schedules of one function. */
export interface FunctionSchedules {
  /** Takes over the schedules of a manifest; those that stay keep their runs. */
  readonly set: (schedules: readonly Schedule[]) => void;
  /** Handles the ticks that have passed. */
  readonly tick: () => void;
  /** Time of the next tick of any schedule; Infinity without one. */
  readonly nextMs: () => number;
  readonly list: () => readonly ScheduleState[];
  /** Runs a schedule now, and waits for its end. */
  readonly run: (schedule: string) => Promise<ManualRun>;
  /** Begins no more runs. */
  readonly close: () => void;
  /** Resolves when all runs have ended and are recorded. */
  readonly ended: () => Promise<void>;
}

/** Resources that the schedules of all functions share. */
export interface ScheduleResources {
  readonly store: Pick<ScheduleStore, "write">;
  /** Sends one request. Resolves also when its signal aborts. */
  readonly send: (request: ScheduledRequest) => Promise<Attempted>;
  /** Asks the other hosts for a tick; this host runs all of them when left out. */
  readonly claim?: ClaimTick | undefined;
  /** Called after each run. */
  readonly onEnded: (name: string, schedule: Schedule, run: EndedRun) => void;
  readonly onWarning: (message: string) => void;
  /** Time in milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: typeof sleep;
  /** Limits runs at the same time. */
  readonly turns: Pick<Semaphore, "run">;
  /** Start of the supervisor. */
  readonly startedAtMs: number;
  /** False: schedules run only by hand. */
  readonly isAutomatic: boolean;
}

/** Options of {@linkcode createFunctionSchedules}. */
export interface FunctionSchedulesOptions extends ScheduleResources {
  readonly name: string;
  /** Records of an earlier supervisor, by name. */
  readonly records: ReadonlyMap<string, ScheduleRecord>;
  /** Ends all runs. */
  readonly signal: AbortSignal;
}

interface Job {
  schedule: Schedule;
  line: CronLine;
  record: ScheduleRecord;
  nextMs: number | undefined;
  active: Promise<EndedRun | undefined> | undefined;
}

/** Creates the schedules of one function, at first without any. */
export function createFunctionSchedules(options: FunctionSchedulesOptions): FunctionSchedules {
  const { name, records, store, claim, isAutomatic, send, onEnded, onWarning } = options;
  const { now, pause, turns, signal } = options;
  let jobs: ReadonlyMap<string, Job> = new Map();
  let saving: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  const active = new Set<Promise<unknown>>();

  /** Writes the present records; rejects if they can't be written. */
  function save(): Promise<void> {
    const writing = saving.then(() =>
      store.write(name, new Map([...jobs].map(([key, { record }]) => [key, record])))
    );
    saving = writing.catch(() => {});
    return writing;
  }

  function saveOrWarn(): void {
    save().catch((error) =>
      onWarning(`${name}: Cannot record its schedules: ${error.message}. Make room on the disk`)
    );
  }

  /** Begins a run of a job that has none. Resolves with `undefined` if another host runs it. */
  function start(job: Job, tickMs: number, isManual = false): Promise<EndedRun | undefined> {
    const begun: BegunRun = { tickMs, startedAtMs: now(), isManual };
    job.record = { ...job.record, running: begun };
    const running = run(job.schedule, begun).then((ended) => {
      job.record = ended === undefined ? withoutRun(job.record) : endRun(job.record, ended, now());
      saveOrWarn();
      job.active = undefined;
      if (ended !== undefined) onEnded(name, job.schedule, ended);
      if (jobs.get(job.schedule.name) === job) startQueued(job);
      return ended;
    });
    job.active = running;
    active.add(running);
    void running.finally(() => active.delete(running));
    return running;
  }

  function startQueued(job: Job): void {
    if (isClosed || !isAutomatic) return;
    const { startedAtMs: sinceMs } = options;
    const { record, dueMs } = takeQueued(job.record, job.schedule, { nowMs: now(), sinceMs });
    job.record = record;
    if (dueMs !== undefined) void start(job, dueMs);
  }

  async function run(schedule: Schedule, begun: BegunRun): Promise<EndedRun | undefined> {
    const { tickMs, isManual } = begun;
    const request = { function: name, schedule, tickMs, signal };
    try {
      // Before the request is sent: after a crash, the tick must not have a second run.
      await save();
    } catch (error) {
      const reason = `Cannot record the run: ${(error as Error).message}. Make room on the disk`;
      return { ...begun, result: "failed", durationMs: 0, attempts: 0, reason };
    }
    await using stack = new AsyncDisposableStack();
    if (claim !== undefined && !isManual) {
      try {
        const claimed = await claim(request);
        if (claimed === undefined) return undefined;
        stack.use(claimed);
      } catch (error) {
        const reason = `Cannot ask the other hosts for the run: ${(error as Error).message}. ` +
          "Look at the server of --kv-url";
        return { ...begun, result: "failed", durationMs: 0, attempts: 0, reason };
      }
    }
    return await turns.run(async () => {
      if (signal.aborted) {
        return { ...begun, result: "interrupted", durationMs: 0, attempts: 0, reason: ABORTED };
      }
      const attempt = (signal: AbortSignal): Promise<Attempted> => send({ ...request, signal });
      return await runSchedule(schedule, begun, { attempt, signal, now, pause });
    });
  }

  /** Handles what an earlier supervisor has left: a run that it did not end, and one that waits. */
  function begin(job: Job): void {
    const { running } = job.record;
    if (running !== undefined) {
      const ended = interruptedRun(running);
      job.record = endRun(job.record, ended, now());
      onEnded(name, job.schedule, ended);
    }
    startQueued(job);
  }

  function take(job: Job, nowMs: number): void {
    const { schedule, line } = job;
    const isBusy = job.active !== undefined;
    const { record, dueMs } = passTicks(job.record, schedule, { line, nowMs, isBusy });
    Object.assign(job, { record, nextMs: line.next(record.seenMs) });
    if (dueMs !== undefined) void start(job, dueMs);
  }

  /** The clock was wrong when the last tick was seen, or is wrong now. */
  function restart(job: Job, nowMs: number): void {
    onWarning(
      `${name}: The clock was set back by more than a day. The schedule "${job.schedule.name}" ` +
        "continues from now on",
    );
    job.record = { ...job.record, seenMs: nowMs };
    job.nextMs = job.line.next(nowMs);
  }

  function tick(): void {
    if (isClosed || !isAutomatic) return;
    const nowMs = now();
    let isChanged = false;
    for (const job of jobs.values()) {
      const isWrong = isAhead(job.record, nowMs);
      if (isWrong) restart(job, nowMs);
      const isDue = job.nextMs !== undefined && job.nextMs <= nowMs;
      if (isDue) take(job, nowMs);
      isChanged ||= isWrong || isDue;
    }
    if (isChanged) saveOrWarn();
  }

  return {
    set(schedules) {
      const before = jobs;
      jobs = new Map(
        schedules.map((schedule) => {
          const line = parseCronLine(schedule.cron, schedule.timezone);
          const known = before.get(schedule.name);
          const stored = known?.record ?? records.get(schedule.name);
          const record = continueRecord(stored, schedule, now());
          const present = { schedule, line, record, nextMs: line.next(record.seenMs) };
          return [schedule.name, Object.assign(known ?? { active: undefined }, present)];
        }),
      );
      for (const [key, job] of jobs) if (!before.has(key)) begin(job);
      saveOrWarn();
      tick();
    },
    tick,
    nextMs: () => Math.min(Infinity, ...[...jobs.values()].map((job) => job.nextMs ?? Infinity)),
    list: () =>
      [...jobs.values()].map(({ record, schedule, nextMs }) => {
        return { ...record, function: name, schedule, nextMs: isAutomatic ? nextMs : undefined };
      }),
    async run(schedule) {
      const job = jobs.get(schedule);
      if (job === undefined || isClosed) return { type: "absent" };
      if (job.active !== undefined) return { type: "running" };
      const run = await start(job, now(), true);
      return run === undefined ? { type: "absent" } : { type: "ended", run };
    },
    close: () => isClosed = true,
    async ended() {
      while (active.size > 0) await Promise.all(active);
      await saving;
    },
  };
}
