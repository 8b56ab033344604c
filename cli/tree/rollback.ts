import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv rollback`. */
export function addRollback(program: Command, onExit: OnExit): void {
  const rollingBack = program.command("rollback")
    .description("put a function's last revision that served back into its folder")
    .argument("<name>", "the function")
    .option(
      "--to <revision>",
      "a certain one of those that inspect shows as kept",
      parseRevision,
    )
    .addOption(socketOption).addOption(jsonOption)
    .action(async (name, options) => {
      const { rollback } = await import("../commands/rollback.ts");
      onExit(await rollback(name, options));
    });
  withExamples(rollingBack, [
    ["ddsrv rollback shop", "Back to what served before"],
    ["ddsrv rollback shop --to 76d6287a1bc2", "Back to a certain revision"],
  ]);
}

function parseRevision(text: string): string {
  if (/^[0-9a-f]{4,64}$/.test(text)) return text;
  throw new InvalidArgumentError("Give 4 to 64 hexadecimal digits.");
}
