import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv rollback`. */
export function addRollback(program: Command, onExit: OnExit): void {
  const rollingBack = program.command("rollback")
    .description("roll back a function to a revision that served before")
    .argument("<name>", "name of the function")
    .option(
      "--to <revision>",
      "roll back to this revision; ddsrv inspect lists the kept ones",
      parseRevision,
    )
    .addOption(socketOption).addOption(jsonOption)
    .action(async (name, options) => {
      const { rollback } = await import("../commands/rollback.ts");
      onExit(await rollback(name, options));
    });
  withExamples(rollingBack, [
    ["ddsrv rollback shop", "Roll back to the previous revision"],
    ["ddsrv rollback shop --to 76d6287a1bc2", "Roll back to a specific revision"],
  ]);
}

function parseRevision(text: string): string {
  if (/^[0-9a-f]{4,64}$/.test(text)) return text;
  throw new InvalidArgumentError("Give 4 to 64 hexadecimal digits.");
}
