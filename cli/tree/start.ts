import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption, waitOption } from "./options.ts";

/** Declares `ddsrv start`. */
export function addStart(program: Command, onExit: OnExit): void {
  const starting = program.command("start")
    .description("start functions that ddsrv stop has stopped")
    .argument("<names...>", "names of functions")
    .addOption(waitOption("wait at most this long until they are ready"))
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { start } = await import("../commands/start.ts");
      onExit(await start(names, options));
    });
  withExamples(starting, [
    ["ddsrv start shop", "Check and start a function, and wait until it is ready"],
  ]);
}
