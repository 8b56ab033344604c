import type { EndedRun, RunResult } from "../schedules/schedule_record.ts";
import { type Change, isSuccess, reasonLine } from "../history/change.ts";
import type { ChangeStore } from "../history/change_store.ts";
import type { Announcements } from "../history/announcements.ts";
import { putChange } from "../history/change_list.ts";
import type { ChangeUser, Origin } from "../history/origin.ts";
import type { FunctionState } from "./state.ts";
import type { Event } from "./step.ts";
import { type EndedChange, type OpenChange, trackChange, unfinished } from "./track_change.ts";

/** A recorded change, or one that goes on. */
export interface ListedChange {
  readonly change: Change;
  /** Its result is not known yet. */
  readonly isPending: boolean;
}

/** Records the changes of all functions; never waits for the disk. */
export interface ChangeHistory {
  /**
   * Called after each event. `origin` says who asked for it; new code has the origin that was
   * announced.
   */
  readonly note: (
    name: string,
    step: {
      readonly before: FunctionState | undefined;
      readonly after: FunctionState | undefined;
      readonly event: Event;
      readonly origin: Origin | undefined;
    },
  ) => void;
  /**
   * Called after each run of a schedule. Records runs by hand, and those with another result than
   * the run before: a schedule that runs each minute would leave no room for other changes.
   */
  readonly noteRun: (name: string, schedule: string, run: NotedRun) => void;
  /** Changes of a function, oldest first. */
  readonly list: (name: string) => Promise<readonly ListedChange[]>;
  /** Records changes that go on as interrupted, and ignores later events: ddsrv stops. */
  readonly end: () => void;
}

/** A run of a schedule, and the user who asked for it by hand. */
export interface NotedRun
  extends Pick<EndedRun, "startedAtMs" | "durationMs" | "isManual" | "result" | "reason"> {
  readonly user?: ChangeUser | undefined;
}

/** Options of {@linkcode createChangeHistory}. */
export interface ChangeHistoryOptions {
  readonly store: ChangeStore;
  readonly announcements: Announcements;
  readonly now?: () => { readonly atMs: number; readonly nowMs: number };
}

/** Creates the history of one supervisor. */
export function createChangeHistory(
  { store, announcements, now = readClocks }: ChangeHistoryOptions,
): ChangeHistory {
  const opens = new Map<string, OpenChange>();
  const seen = new Set<string>();
  /** Results of the last runs, by function and schedule. */
  const results = new Map<string, Map<string, RunResult>>();
  let hasEnded = false;

  function record(
    name: string,
    { change, isFirst }: EndedChange,
    { isRemoval }: { readonly isRemoval: boolean },
  ): void {
    // A removal with all data has removed the history too, which must not come back.
    const mayBeGone = isRemoval || change.by === "undo";
    void store.update(name, (present) => {
      if (mayBeGone && present.length === 0) return undefined;
      return isFirst ? firstChange(present, change) : change;
    });
  }

  return {
    noteRun(name, schedule, run) {
      if (hasEnded) return;
      const known = results.get(name) ?? new Map<string, RunResult>();
      results.set(name, known);
      const before = known.get(schedule);
      known.set(schedule, run.result);
      if (before === run.result && !run.isManual) return;
      const change = runChange(schedule, run, crypto.randomUUID().slice(-12));
      void store.update(name, (present) => {
        // Each function has a change; the history of this one was removed while the schedule ran.
        if (present.length === 0) return undefined;
        const last = present.findLast(({ subject }) => subject === schedule)?.result ?? "ok";
        return run.isManual || last !== change.result ? change : undefined;
      });
    },
    note(name, { before, after, event, origin }) {
      if (hasEnded) return;
      if (event.type === "stop") results.delete(name);
      const announced = event.type === "start" || event.type === "replace" || event.type === "stop"
        ? announcements.take(name)
        : undefined;
      const isFirst = event.type === "start" && announced === undefined && !seen.has(name);
      if (event.type === "start") seen.add(name);
      const step = {
        before,
        after,
        event,
        origin: announced ?? origin ?? { by: defaultCause(before, event) },
        isFirst,
      };
      const moment = { ...now(), id: crypto.randomUUID().slice(-12) };
      const open = opens.get(name);
      const tracked = trackChange(open, step, moment);
      if (tracked.open === undefined) opens.delete(name);
      else opens.set(name, tracked.open);
      const isRemoval = event.type === "stop";
      for (const ended of tracked.ended) record(name, ended, { isRemoval });
      const isBegun = tracked.open !== undefined && tracked.open.id !== open?.id;
      if (isBegun && announced !== undefined) {
        // If ddsrv is killed now, nobody would know who deployed the code that it finds later.
        void store.put(name, unfinished(tracked.open, { ...moment, result: "interrupted" }));
      }
    },
    async list(name) {
      const changes = await store.list(name);
      const open = opens.get(name);
      if (open === undefined || open.result !== undefined || open.isFirst && changes.length > 0) {
        return changes.map((change) => ({ change, isPending: false }));
      }
      const pending = unfinished(open, { ...now(), result: "interrupted" });
      return putChange(changes, pending)
        .map((change) => ({ change, isPending: change.id === pending.id }));
    },
    end() {
      hasEnded = true;
      for (const [name, open] of opens) {
        if (open.result !== undefined || open.isFirst) continue;
        void store.put(name, unfinished(open, { ...now(), result: "interrupted" }));
      }
    },
  };
}

function runChange(schedule: string, run: NotedRun, id: string): Change {
  const { startedAtMs: atMs, durationMs, result, reason = "", user } = run;
  return {
    id,
    atMs,
    by: "schedule",
    user,
    subject: schedule,
    result,
    reason: reason === "" ? undefined : reasonLine(reason),
    durationMs: Math.max(0, Math.round(durationMs)),
  };
}

function defaultCause(before: FunctionState | undefined, event: Event): Origin["by"] {
  switch (event.type) {
    case "stop":
      return "remove";
    case "stop-by-hand":
      return "stop";
    case "start-by-hand":
      return "start";
    case "reload":
      return "edit";
    default:
      return before?.isWanted ? "edit" : "add";
  }
}

/**
 * Returns the record for a function that a supervisor sees for the first time: none if its code is
 * that of the last change, or the end of a change that an earlier supervisor did not see.
 */
export function firstChange(all: readonly Change[], change: Change): Change | undefined {
  const present = all.filter(({ by }) => by !== "schedule");
  const last = present.at(-1);
  if (last === undefined) return { ...change, by: "add" };
  if (last.result === "removed") return { ...change, by: "add" };
  const { id, atMs, by, commit, user } = last;
  const completed = { ...change, id, atMs, by, commit, user };
  const known = present.findLast(({ revision, result }) =>
    revision !== undefined && result !== "replaced" && result !== "interrupted"
  );
  if (last.result === "interrupted") {
    // The client of an interrupted add has put the former folder back.
    return known !== undefined && known.revision === change.revision ? undefined : completed;
  }
  if (known?.revision !== change.revision) return { ...change, by: "edit" };
  return last === known && !isSuccess(last) && isSuccess(change) && last.result === "failed"
    ? completed
    : undefined;
}

function readClocks(): { readonly atMs: number; readonly nowMs: number } {
  return { atMs: Date.now(), nowMs: performance.now() };
}
