import { type Command, Option } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption, waitOption } from "./options.ts";

/** Declares `ddsrv remove`. */
export function addRemove(program: Command, onExit: OnExit): void {
  const removing = program.command("remove").alias("rm")
    .description("remove functions and their data, and wait until they have stopped")
    .argument("<names...>", "names of functions")
    .addOption(waitOption("wait at most this long until they have stopped"))
    .option("--keep-data", "keep data and variables for the next function of this name")
    .addOption(new Option("--purge", "remove data and variables, which is the default").hideHelp())
    .option("-y, --yes", "do not ask for confirmation; without a terminal ddsrv never asks")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { remove } = await import("../commands/remove.ts");
      onExit(await remove(names, options));
    });
  withExamples(removing, [
    ["ddsrv rm shop", "Remove a function and its data"],
    ["ddsrv rm shop --keep-data", "Remove a function; the next one of this name gets its data"],
  ]);
}
