import { createHash } from "node:crypto";
import type { ScheduleReport, SourceReport } from "../control/api.ts";
import type { FunctionView } from "./sampler.ts";
import type { Selected } from "./select_functions.ts";

/**
 * Returns a short hash of everything that a page of the list shows, apart from its live values. If
 * it changes, the browser loads the page again.
 */
export function shapeOfList(
  { shown, groups, count }: Selected,
  source: SourceReport | undefined,
): string {
  const rows = shown.map(({ report: { name, reason, problems } }) => [name, reason, problems[0]]);
  const { reference, digest, takenAt, problem } = source ?? {};
  return hash([rows, groups, count, reference, digest, takenAt, problem]);
}

/** As {@linkcode shapeOfList}, of the page of a function. */
export function shapeOfFunction(view: FunctionView | undefined): string {
  if (view === undefined) return hash(null);
  const { reason, detail, problems, revision, failedRevision, newerRevision, kept } = view.report;
  const { stoppedAt, nextTryAt, status, pid, egress, domains, dataBytes } = view.report;
  return hash([
    ...[reason, detail, problems, revision, failedRevision, newerRevision, kept],
    ...[stoppedAt, nextTryAt?.slice(0, 19), status, pid, egress, domains],
    // The file system takes blocks at any time: megabytes are enough.
    Math.round((dataBytes ?? 0) / 1024 ** 2),
  ]);
}

/** As {@linkcode shapeOfList}, of the page of schedules. */
export function shapeOfSchedules(schedules: readonly ScheduleReport[]): string {
  return hash(schedules);
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);
}
