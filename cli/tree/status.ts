import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv status`. */
export function addStatus(program: Command, onExit: OnExit): void {
  const showing = program.command("status")
    .description("show the running ddsrv: its directory, version, configuration and functions")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (options) => {
      const { status } = await import("../commands/status.ts");
      onExit(await status(options));
    });
  withExamples(showing, [
    ["ddsrv status", "Show which directory ddsrv serves, and where its settings come from"],
    ["ddsrv status --json | jq .functions", "Count the functions by status"],
  ]);
}
