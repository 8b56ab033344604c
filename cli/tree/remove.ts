import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { parseSeconds } from "./numbers.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv remove`. */
export function addRemove(program: Command, onExit: OnExit): void {
  const removing = program.command("remove").alias("rm")
    .description("take functions away, and wait until nothing of them is left")
    .argument("<names...>", "the functions")
    .option("--timeout <seconds>", "how long to wait until they are gone", parseSeconds, 60)
    .option("--purge", "remove what they have kept as well")
    .option("-y, --yes", "do not ask; where no terminal is, nobody is asked anyway")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { remove } = await import("../commands/remove.ts");
      onExit(await remove(names, options));
    });
  withExamples(removing, [
    ["ddsrv rm shop", "Take a function away; its data stays"],
    ["ddsrv rm shop --purge", "Take it away with its data"],
  ]);
}
