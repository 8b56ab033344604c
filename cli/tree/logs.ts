import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { parseCount } from "./numbers.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv logs`. */
export function addLogs(program: Command, onExit: OnExit): void {
  const logging = program.command("logs")
    .description("print what functions said, also without a supervisor")
    .argument("[names...]", "the functions (default: all)")
    .option("-f, --follow", "go on with what they say from now on")
    .option("-n, --lines <count>", "how many past lines of each function", parseCount, 100)
    .option(
      "--logs-dir <path>",
      "directory of log files (default: LOGS_DIRECTORY, else the supervisor's, else /opt/logs)",
    )
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { logs } = await import("../commands/logs.ts");
      onExit(await logs(names, options));
    });
  withExamples(logging, [
    ["ddsrv logs -f", "What all functions say, from now on"],
    ["ddsrv logs shop -n 20", "The last 20 lines of one function"],
  ]);
}
