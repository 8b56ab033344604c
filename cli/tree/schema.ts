import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";

/** Declares `ddsrv schema`. */
export function addSchema(program: Command, onExit: OnExit): void {
  const printing = program.command("schema")
    .description("print the JSON Schema of ddsrv.json")
    .option("--function", "of a function's own, not of the functions directory's")
    .action(async (options) => {
      const { schema } = await import("../commands/schema.ts");
      onExit(schema(options));
    });
  withExamples(printing, [
    ["ddsrv schema > ddsrv.schema.json", "For an editor, which then completes and explains"],
  ]);
}
