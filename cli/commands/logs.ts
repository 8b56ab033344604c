import { resolve } from "node:path";
import { defaultSettings } from "../../lib/config/settings.ts";
import { judgeName } from "../../lib/function/name.ts";
import { connectControl, NoSupervisorError } from "../../lib/control/client.ts";
import { logFilePath } from "../../lib/process/log_file.ts";
import type { LogRecord } from "../../lib/process/log_record.ts";
import {
  endOfLog,
  followRecords,
  type LogPosition,
  readLastRecords,
} from "../../lib/process/read_log.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { printOut } from "../output/print.ts";
import { makeVisible } from "../output/visible.ts";

/** Options of `ddsrv logs`. */
export interface LogsOptions {
  readonly socket: string;
  readonly logsDir?: string | undefined;
  readonly follow?: true | undefined;
  readonly lines: number;
  readonly json?: true | undefined;
}

const SUFFIX = ".log";

/** Prints what functions said, merged in the order of time, and maybe what they go on to say. */
export async function logs(names: readonly string[], options: LogsOptions): Promise<number> {
  const directory = await findDirectory(options);
  const known = await readNames(directory);
  const unknown = names.find((name) =>
    judgeName(name).type !== "function" || !known.includes(name)
  );
  if (unknown !== undefined) {
    throw new CliError(
      `There is no log of "${unknown}" in "${directory}". See: ddsrv list`,
      ExitCode.NoFunction,
    );
  }
  const chosen = names.length > 0 ? names : known;
  const ends = new Map<string, LogPosition | undefined>();
  const past = await Promise.all(chosen.map(async (name) => {
    const path = logFilePath(directory, name);
    // What is written from here on is for the following, and is missed by neither.
    const until = await endOfLog(path);
    ends.set(name, until);
    const records = await readLastRecords(path, options.lines, until);
    return records.map((record) => ({ name, record }));
  }));
  for (const { name, record } of past.flat().sort((a, b) => compare(a.record, b.record))) {
    print(name, record, options);
  }
  if (options.follow) await follow(directory, ends, options);
  return 0;
}

async function findDirectory(options: LogsOptions): Promise<string> {
  const given = options.logsDir ?? Deno.env.get("LOGS_DIRECTORY");
  if (given !== undefined) return resolve(given);
  using control = connectControl(options.socket);
  try {
    return (await control.supervisor()).logsDirectory ?? defaultSettings.logsDirectory;
  } catch (error) {
    if (error instanceof NoSupervisorError) return defaultSettings.logsDirectory;
    throw error;
  }
}

async function readNames(directory: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(directory));
    return entries.map((entry) => entry.name)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function follow(
  directory: string,
  ends: ReadonlyMap<string, LogPosition | undefined>,
  options: LogsOptions,
): Promise<void> {
  const ended = new AbortController();
  const { signal } = ended;
  const end = (): void => ended.abort();
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, end);
  await Promise.all([...ends].map(async ([name, from]) => {
    for await (const record of followRecords(logFilePath(directory, name), { signal, from })) {
      print(name, record, options);
    }
  }));
}

function print(name: string, record: LogRecord, options: LogsOptions): void {
  if (options.json) printOut(`${JSON.stringify({ name, ...record })}\n`);
  else printOut(`${record.time} [${name}] ${makeVisible(record.text)}\n`);
}

function compare(a: LogRecord, b: LogRecord): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
}
