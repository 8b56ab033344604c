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
    .description("print what functions said, also without a supervisor")
    .argument("[names...]", "the functions (default: all)")
    .option("-f, --follow", "go on with what they say from now on, new functions too")
    .addOption(
      setting("-n, --lines <count>", "how many past lines of each function, or all", {
        default: "100; all with --since",
      }).argParser(parseLines),
    )
    .option("--since <time>", "no older lines: 10m, 1h30m, 2d, or a day or time", parseTime)
    .option("--until <time>", "no later lines", parseTime)
    .option("--grep <pattern>", "lines alone that match a regular expression", parsePattern)
    .option("--stderr", "lines of standard error alone, where ddsrv's own remarks are too")
    .option("--no-prefix", "print the text alone, without time and name")
    .option(
      "--logs-dir <path>",
      "directory of log files (default: LOGS_DIRECTORY, else the supervisor's, else " +
        `${LOG_SETTINGS.logsDirectory.default})`,
    )
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { logs } = await import("../commands/logs.ts");
      onExit(await logs(names, options));
    });
  withExamples(logging, [
    ["ddsrv logs -f", "What all functions say, from now on"],
    ["ddsrv logs shop -n 20", "The last 20 lines of one function"],
    ["ddsrv logs --since 10m --grep 'timeout|refused'", "What went wrong in the last ten minutes"],
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
