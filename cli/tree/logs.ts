import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { LOG_SETTINGS } from "../../lib/config/log_settings.ts";
import { parseTimePoint } from "../../lib/config/time_point.ts";
import type { OnExit } from "../exit_code.ts";
import { argument } from "./argument.ts";
import { withExamples } from "./examples.ts";
import { parseCount } from "./numbers.ts";
import { jsonOption, setting, socketOption } from "./options.ts";

const parseTime = argument((text) => parseTimePoint(text, Date.now()));

/** Declares `ddsrv logs`. */
export function addLogs(program: Command, onExit: OnExit): void {
  const logging = program.command("logs")
    .description("print log lines of functions; works without a running supervisor")
    .argument("[names...]", "names of functions (default: all)")
    .option("-f, --follow", "keep printing new lines, also those of new functions")
    .addOption(
      setting("-n, --lines <count>", "print this many past lines of each function, or all", {
        default: "100; all with --since",
      }).argParser(parseLines),
    )
    .option(
      "--since <time>",
      "print lines since a time: 10m, 1h30m, 2d, or a date or time",
      parseTime,
    )
    .option("--until <time>", "print lines until a time, as for --since", parseTime)
    .option("--grep <pattern>", "print only lines that match a regular expression", parsePattern)
    .option("--stderr", "print only standard error, which includes messages of ddsrv")
    .option("--no-prefix", "print only the text, without time and name")
    .option("--to <server>", "read the logs of a server, as ddsrv deploy --to names it")
    .option(
      "--logs-dir <path>",
      "read log files from here (default: LOGS_DIRECTORY, else the supervisor's, else " +
        `${LOG_SETTINGS.logsDirectory.default})`,
    )
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { logs } = await import("../commands/logs.ts");
      onExit(await logs(names, options));
    });
  withExamples(logging, [
    ["ddsrv logs -f", "Follow the logs of all functions"],
    ["ddsrv logs shop -n 20", "Print the last 20 lines of one function"],
    ["ddsrv logs shop -f --to staging", "Follow the log of a function on a server"],
    ["ddsrv logs --since 10m --grep 'timeout|refused'", "Find errors of the last ten minutes"],
  ]);
}

function parseLines(text: string): number {
  return text === "all" ? Infinity : parseCount(text);
}

function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}
