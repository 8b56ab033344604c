import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv reload`. */
export function addReload(program: Command, onExit: OnExit): void {
  const reloading = program.command("reload")
    .description("restart functions gracefully, without dropping requests")
    .argument("[names...]", "names of functions")
    .option("--all", "restart all functions")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { reload } = await import("../commands/reload.ts");
      onExit(await reload(names, options));
    });
  withExamples(reloading, [
    ["ddsrv reload shop", "Restart a function; the old instance serves until the new one is ready"],
    ["ddsrv reload --all", "Restart all functions"],
  ]);
}
