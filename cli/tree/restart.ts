import { type Command, Option } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { parseWait } from "./numbers.ts";
import { socketOption } from "./options.ts";

/** Declares `ddsrv restart`. */
export function addRestart(program: Command, onExit: OnExit): void {
  const restarting = program.command("restart")
    .description(
      "replace the running ddsrv serve by a new one, without refusing a request\n\n" +
        "The new one starts the functions that serve now, and takes over when they are ready. If " +
        "one of them can't, or the time is over, the present one serves on. The command line and the " +
        "environment stay, and ddsrv.json is read again. To restart a function: ddsrv reload NAME.",
    )
    .summary("replace the running ddsrv serve, without refusing a request")
    .addOption(
      new Option("--timeout <duration>", "give up when the new one is not ready after this time")
        .argParser(parseWait).default(300_000, "5m"),
    )
    .addOption(socketOption)
    .action(async (options) => {
      const { restart } = await import("../commands/restart.ts");
      onExit(await restart(options));
    });
  withExamples(restarting, [
    ["sudo ddsrv upgrade && sudo ddsrv restart", "Use a new version without a gap"],
    ["ddsrv restart --timeout 1m", "Serve on with the present one if the new one is slow"],
  ]);
}
