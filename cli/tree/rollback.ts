import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { parseRevision } from "./revision.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv rollback`. */
export function addRollback(program: Command, onExit: OnExit): void {
  const rollingBack = program.command("rollback")
    .description("roll back a function to the revision that served before")
    .argument("<name>", "name of the function")
    .option(
      "--to <revision>",
      "roll back to this revision; ddsrv history lists the kept ones",
      parseRevision,
    )
    .addOption(socketOption).addOption(jsonOption)
    .action(async (name, options) => {
      const { rollback } = await import("../commands/rollback.ts");
      onExit(await rollback(name, options));
    });
  withExamples(rollingBack, [
    ["ddsrv rollback shop", "Roll back to the previous revision, or one further the next time"],
    ["ddsrv rollback shop --to 76d6287a1bc2", "Roll back to a specific revision"],
  ]);
}
