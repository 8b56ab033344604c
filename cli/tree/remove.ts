import { type Command, Option } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption, waitOption } from "./options.ts";

/** Declares `ddsrv remove`. */
export function addRemove(program: Command, onExit: OnExit): void {
  const removing = program.command("remove").alias("rm")
    .description("remove functions with their data, and wait until nothing is left")
    .argument("<names...>", "the functions")
    .addOption(waitOption("how long to wait until they are gone"))
    .option("--keep-data", "leave what they have kept to the next function of that name")
    .addOption(new Option("--purge", "remove what they have kept, which is the default").hideHelp())
    .option("-y, --yes", "do not ask; where no terminal is, nobody is asked anyway")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { remove } = await import("../commands/remove.ts");
      onExit(await remove(names, options));
    });
  withExamples(removing, [
    ["ddsrv rm shop", "Remove a function with its data"],
    ["ddsrv rm shop --keep-data", "Remove it; the next function of that name gets its data"],
  ]);
}
