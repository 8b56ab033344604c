import { styleText } from "node:util";
import process from "node:process";
import type { Selection } from "../../lib/logs/log_selection.ts";
import { ExitCode, usageError } from "../exit_code.ts";
import type { LogLineOptions } from "../output/log_line.ts";
import { runRemote } from "./deploy/run_remote.ts";
import { chooseTarget, readTargetFile } from "./deploy/target_file.ts";
import { followSources } from "./logs/follow.ts";
import { findLogsDirectory, listLogs, requireNames } from "./logs/names.ts";
import { printMerged } from "./logs/print.ts";
import { type RemoteLogs, remoteLogsArguments } from "./logs/remote_logs.ts";
import { openSource, type SourceOptions } from "../../lib/logs/log_source.ts";
import { createProblems } from "./logs/problems.ts";

/** Options of `ddsrv logs`. */
export interface LogsOptions extends RemoteLogs {
  readonly socket: string;
  readonly logsDir?: string | undefined;
  /** Server to read the logs of, as for `ddsrv deploy`. */
  readonly to?: string | undefined;
}

const DEFAULT_LINES = 100;

/** Prints log lines of functions, merged by time, and follows them if asked; returns the exit code. */
export async function logs(names: readonly string[], options: LogsOptions): Promise<number> {
  requireTimeRange(options);
  if (options.to !== undefined) {
    const chosen = chooseTarget(await readTargetFile("."), { to: options.to });
    return await runRemote(chosen, remoteLogsArguments(names, options));
  }
  const directory = await findLogsDirectory(options.socket, options.logsDir);
  const logged = await listLogs(directory);
  await requireNames(names, { logged, directory, socket: options.socket });
  const isFollowed = options.follow === true;
  const problems = createProblems(directory);
  const sourceOptions: SourceOptions = {
    directory,
    selection: selectionOf(options),
    count: options.lines ?? (options.since === undefined ? DEFAULT_LINES : Infinity),
    isFollowed,
    ...problems,
  };
  const chosen = names.length > 0 ? [...new Set(names)] : logged;
  const sources = chosen.map((name) => openSource(name, sourceOptions));
  const lineOptions = lineOptionsOf(options);
  await printMerged(sources, (source) => source.past(), lineOptions);
  problems.report();
  if (isFollowed) {
    const listNew = names.length > 0 ? undefined : () => listLogs(directory);
    await followSources(sources, { sourceOptions, lineOptions, listNew, report: problems.report });
  }
  for (const source of sources) source[Symbol.dispose]();
  return problems.haveFailed() ? ExitCode.Failed : ExitCode.Done;
}

function requireTimeRange({ since, until, follow }: LogsOptions): void {
  if (until === undefined) return;
  if (since !== undefined && since > until) {
    throw usageError(
      "--since is later than --until. Swap them",
    );
  }
  if (follow) {
    throw usageError(
      "--until and --follow contradict each other. Leave one of them out",
    );
  }
}

function selectionOf(options: LogsOptions): Selection {
  return {
    sinceMs: options.since,
    untilMs: options.until,
    stream: options.stderr ? "stderr" : undefined,
    pattern: options.grep,
    isInParts: options.json,
  };
}

function lineOptionsOf({ json, prefix }: LogsOptions): LogLineOptions {
  const stream = process.stdout;
  return {
    shape: json ? "json" : prefix ? "prefixed" : "text",
    // Check once for color support, not for each of a million lines.
    paint: styleText("red", "x", { stream }) === "x"
      ? (_, text) => text
      : (style, text) => styleText(style, text, { validateStream: false }),
  };
}
