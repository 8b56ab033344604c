import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv list`. */
export function addList(program: Command, onExit: OnExit): void {
  const listing = program.command("list").alias("ls")
    .description("list the functions and how they are")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (options) => {
      const { list } = await import("../commands/list.ts");
      onExit(await list(options));
    });
  withExamples(listing, [
    ["ddsrv ls", "All functions"],
  ]);
}
