import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { parseChanges } from "./numbers.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv history`. */
export function addHistory(program: Command, onExit: OnExit): void {
  const listing = program.command("history")
    .description("list the changes of a function: when, by what and whom, and the result")
    .argument("<name>", "name of the function")
    .option("-n, --lines <number>", "print only the latest changes", parseChanges)
    .addOption(socketOption).addOption(jsonOption)
    .action(async (name, options) => {
      const { history } = await import("../commands/history.ts");
      onExit(await history(name, options));
    });
  withExamples(listing, [
    ["ddsrv history shop", "List the changes, and which revisions rollback can restore"],
    ["ddsrv history shop -n 1 --json", "Print the latest change for a program"],
  ]);
}
