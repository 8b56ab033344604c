/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { ScheduleReport } from "../../control/api.ts";
import { formatDuration, formatTime, NOTHING } from "../format.ts";
import { plainLines } from "../log_text.ts";
import { shapeOfSchedules } from "../page_shape.ts";
import { FormToken, type Frame, Layout } from "./layout.tsx";

/** More schedules are on the pages of their functions. */
export const MAX_SCHEDULES = 200;

/** The schedules of all functions. */
export function SchedulesPage(
  { frame, schedules }: { readonly frame: Frame; readonly schedules: readonly ScheduleReport[] },
): JSX.Element {
  const shown = schedules.slice(0, MAX_SCHEDULES);
  return (
    <Layout
      frame={frame}
      title="Schedules"
      current="schedules"
      events="schedules/events"
      shape={shapeOfSchedules(schedules)}
    >
      <h1>Schedules</h1>
      {shown.length === 0
        ? (
          <p class="empty">
            No function has a schedule. Add <code>schedules</code> to its <code>ddsrv.json</code>.
          </p>
        )
        : <ScheduleTable frame={frame} schedules={shown} />}
      {schedules.length > shown.length && (
        <p>
          {schedules.length - shown.length}{" "}
          more schedules are on the pages of their functions, and in <code>ddsrv schedules</code>.
        </p>
      )}
    </Layout>
  );
}

/** A table of schedules, of all functions or of one. */
export function ScheduleTable(
  { frame, schedules, isOfOne = false }: {
    readonly frame: Frame;
    readonly schedules: readonly ScheduleReport[];
    readonly isOfOne?: boolean;
  },
): JSX.Element {
  return (
    <table class="list">
      <caption class="hidden">Schedules with their last and next runs</caption>
      <thead>
        <tr>
          {!isOfOne && <th scope="col">Function</th>}
          <th scope="col">Schedule</th>
          <th scope="col" class="wide">Cron line</th>
          <th scope="col">Last run</th>
          <th scope="col" class="wide">Next run</th>
          {frame.canWrite && <th scope="col">Run</th>}
        </tr>
      </thead>
      <tbody>
        {schedules.map((schedule) => (
          <tr>
            {!isOfOne && (
              <td>
                <a href={`${frame.root}functions/${encodeURIComponent(schedule.function)}`}>
                  {schedule.function}
                </a>
              </td>
            )}
            <th scope="row">
              {schedule.name}
              <span class="why wide">{schedule.method} {schedule.path}</span>
            </th>
            <td class="wide">
              <code>{schedule.cron}</code>
              <span class="why">{schedule.timezone}</span>
            </td>
            <td>
              <LastRun schedule={schedule} />
            </td>
            <td class="wide">{formatTime(schedule.nextAt)}</td>
            {frame.canWrite && (
              <td>
                <RunForm frame={frame} schedule={schedule} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LastRun({ schedule: { last, runningSince } }: {
  readonly schedule: ScheduleReport;
}): JSX.Element {
  if (runningSince !== null) {
    return (
      <>
        <span class="status" data-state="starting">running</span>
        <span class="why">since {formatTime(runningSince)}</span>
      </>
    );
  }
  if (last === null) return <>{NOTHING}</>;
  const state = last.result === "ok" ? "ready" : "failed";
  return (
    <>
      <span class="status" data-state={state}>{last.result}</span>
      <span class="why">
        {formatTime(last.startedAt)}, {formatDuration(last.durationMs)}
      </span>
      {last.reason !== null && <span class="why">{plainLines(last.reason)}</span>}
    </>
  );
}

function RunForm(
  { frame, schedule }: { readonly frame: Frame; readonly schedule: ScheduleReport },
): JSX.Element {
  const name = encodeURIComponent(schedule.function);
  return (
    <form method="post" action={`${frame.root}functions/${name}/run`}>
      <FormToken session={frame.session} />
      <input type="hidden" name="schedule" value={schedule.name} />
      <button
        type="submit"
        disabled={schedule.runningSince !== null}
        aria-label={`Run now: ${schedule.name} of ${schedule.function}`}
      >
        Run now
      </button>
    </form>
  );
}
