import type { ScheduleReport } from "../../lib/control/api.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { describeDuration } from "../../lib/system/describe_duration.ts";
import { CliError, ExitCode, usageError } from "../exit_code.ts";
import { requireFunctions } from "../function_names.ts";
import { describeEnd } from "../output/describe_run.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { terminalSize } from "../output/terminal.ts";
import { makeVisible } from "../output/visible.ts";

/** Options of `ddsrv schedules`. */
export interface SchedulesOptions {
  readonly socket: string;
  readonly json?: true | undefined;
}

/**
 * Lists schedules, of all functions or of one, or runs one with the words `run`, its function and
 * its name. Returns the exit code. Needs a running supervisor.
 */
export async function schedules(
  words: readonly string[],
  options: SchedulesOptions,
): Promise<number> {
  const [first, name, schedule] = words;
  if (first !== undefined && name !== undefined) {
    if (first === "run" && schedule !== undefined) return await run(name, schedule, options);
    throw usageError("Give the name of one function, or: run FUNCTION SCHEDULE");
  }
  using control = connectControl(options.socket);
  const all = await control.schedules();
  if (first !== undefined) await requireFunctions(control, [first]);
  const chosen = all.filter((one) => first === undefined || one.function === first);
  if (options.json) printJson(chosen);
  else if (chosen.length > 0) printOut(formatSchedules(chosen, terminalSize()?.columns));
  else printError(`${first === undefined ? "No function" : `"${first}"`} has no schedules\n`);
  return ExitCode.Done;
}

async function run(name: string, schedule: string, options: SchedulesOptions): Promise<number> {
  using control = connectControl(options.socket);
  const [found] = await requireFunctions(control, [name]);
  if (found?.stoppedAt) {
    throw new CliError(`"${name}" is stopped. To start it: ddsrv start ${name}`);
  }
  const ended = await control.runSchedule(name, schedule);
  if (ended === undefined) {
    throw new CliError(
      `"${name}" has no schedule ${JSON.stringify(schedule)}. List them: ddsrv schedules ${name}`,
    );
  }
  if (options.json) printJson(ended);
  const { status, reason, ...rest } = ended;
  const text = describeEnd({
    ...rest,
    ...status === null ? {} : { status },
    ...reason === null ? {} : { reason },
  });
  if (ended.result !== "ok") throw new CliError(`The schedule "${schedule}" ${text}`);
  if (!options.json) printError(`${name}: schedule "${schedule}" ${text}\n`);
  return ExitCode.Done;
}

/** Formats schedules as a table; times are those of the local time zone. */
function formatSchedules(all: readonly ScheduleReport[], width = Infinity): string {
  return formatTable<ScheduleReport>(
    [
      { title: "FUNCTION", cell: (one) => makeVisible(one.function) },
      { title: "SCHEDULE", cell: ({ name }) => name },
      {
        title: "CRON",
        cell: ({ cron, timezone }) => timezone === "UTC" ? cron : `${cron} ${timezone}`,
        rank: 2,
      },
      { title: "LAST", cell: ({ last }) => timeOf(last?.startedAt), rank: 1 },
      {
        title: "RESULT",
        cell: ({ last, runningSince }) => runningSince === null ? last?.result ?? "-" : "running",
      },
      {
        title: "DURATION",
        cell: ({ last }) => last === null ? "-" : describeDuration(last.durationMs),
        rank: 3,
      },
      { title: "NEXT", cell: ({ nextAt }) => timeOf(nextAt) },
      { title: "FAILED", cell: ({ runs }) => String(runs.failed), align: "right", rank: 4 },
      { title: "MISSED", cell: ({ runs }) => String(runs.missed), align: "right", rank: 4 },
    ],
    all,
    { width },
  );
}

/** Returns a time as `2026-11-27 06:00:00` in the local time zone. */
function timeOf(time: string | null | undefined): string {
  if (time === null || time === undefined) return "-";
  return new Date(time).toLocaleString("sv-SE");
}
