import { z } from "zod";
import type { EndedRun } from "../schedules/schedule_record.ts";
import type { ScheduleState } from "../schedules/function_schedules.ts";
import type { RunReport, ScheduleReport } from "./api.ts";
import { findChangeUser } from "./change_user.ts";
import { failure, type Route, route } from "./route.ts";

const runQuery = z.strictObject({
  schedule: z.string().min(1).max(63).describe("Name of the schedule in the function's manifest"),
});

/** Routes for the schedules of functions. */
export const SCHEDULE_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: "/schedules",
    operation: "listSchedules",
    summary: "List the schedules of all functions, sorted by function",
    responseBody: "ScheduleReport[]",
    needsScan: true,
    handle: (_call, { supervisor }) => ({
      status: 200,
      body: supervisor.schedules.list().map(reportSchedule),
    }),
  }),
  route({
    method: "POST",
    path: "/functions/{name}/run",
    operation: "runSchedule",
    summary: "Run a schedule of a function now; responds when the run has ended",
    query: runQuery,
    responseBody: "RunReport",
    errors: { 404: "There is no such schedule", 409: "It runs already" },
    async handle({ name, query: { schedule }, uid }, { supervisor }) {
      const user = await findChangeUser(uid);
      const done = await supervisor.schedules.run(name, schedule, user);
      switch (done.type) {
        case "ended":
          return { status: 200, body: reportRun(done.run) };
        case "running":
          return failure(409, `The schedule "${schedule}" of "${name}" runs already`);
        case "absent":
          return failure(404, `"${name}" has no schedule "${schedule}"`);
        default:
          return done satisfies never;
      }
    },
  }),
];

/** Returns the report of a schedule. */
export function reportSchedule(state: ScheduleState): ScheduleReport {
  const { schedule: { name, cron, timezone, method, path }, last } = state;
  return {
    function: state.function,
    name,
    cron,
    timezone,
    method,
    path,
    nextAt: timeOf(state.nextMs),
    runningSince: timeOf(state.running?.startedAtMs),
    last: last === undefined ? null : reportRun(last),
    lastOkAt: timeOf(state.okAtMs),
    runs: state.counts,
  };
}

function reportRun(run: EndedRun): RunReport {
  const { tickMs, startedAtMs, durationMs, isManual, result, attempts } = run;
  return {
    tick: new Date(tickMs).toISOString(),
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs,
    isManual,
    result,
    attempts,
    status: run.status ?? null,
    reason: run.reason ?? null,
  };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
