import { type Command, Option } from "@commander-js/extra-typings";
import { parseDuration } from "../../lib/config/duration.ts";
import type { OnExit } from "../exit_code.ts";
import { argument } from "./argument.ts";
import { collectVariable } from "./collect_variable.ts";
import { withExamples } from "./examples.ts";
import { socketOption } from "./options.ts";

/** Declares `ddsrv run`. */
export function addRun(program: Command, onExit: OnExit): void {
  const running = program.command("run")
    .description(
      "run a file or task of a function once, in a sandbox of its own\n\n" +
        "The run has the user, data, variables, egress, permissions and limits of the function. " +
        'A task must be a plain "deno run FILE". Without a file, ddsrv opens Deno\'s REPL. The ' +
        "exit code is that of the run. Write -- before arguments that begin with a dash.",
    )
    .summary("run a file or task of a function once")
    .argument("<name>", "name of the function")
    .argument("[file]", "a file of its folder, or a task of its deno.json or package.json")
    .argument("[arguments...]", "arguments of the file")
    .addOption(
      new Option(
        "-e, --env <variable>",
        "set a variable for this run: NAME=VALUE, or NAME; repeatable",
      ).argParser(collectVariable),
    )
    .addOption(
      new Option("--timeout <duration>", "end the run after this time, with exit code 124")
        .argParser(argument(parseDuration)),
    )
    .addOption(socketOption)
    .action(async (name, file, args, options) => {
      const { run } = await import("../commands/run.ts");
      onExit(await run(name, file === undefined ? [] : [file, ...args], options));
    });
  withExamples(running, [
    ["ddsrv run shop migrate.ts", "Run a file of the function's folder"],
    ["ddsrv run shop -- seed 100 --verbose", "Run a task with arguments"],
    ["ddsrv run shop", "Open a REPL in the function's sandbox"],
    ["ddsrv run shop import.ts < rows.csv", "Pass a file on standard input"],
  ]);
}
