import { type Command, Option } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { JSON_VERBS } from "../output/json_verbs.ts";
import { withExamples } from "./examples.ts";

/** Declares `ddsrv schema`. */
export function addSchema(program: Command, onExit: OnExit): void {
  const printing = program.command("schema")
    .description("print the JSON Schema of ddsrv.json, or of what programs read")
    .addOption(
      new Option("--function", "of a function's own ddsrv.json, not of the functions directory's")
        .conflicts(["api", "output"]),
    )
    .addOption(
      new Option("--api", "the control API, in OpenAPI 3.1").conflicts(["function", "output"]),
    )
    .addOption(
      new Option("--output <verb>", "of what a verb prints with --json; of logs, each line")
        .choices(JSON_VERBS).conflicts(["function", "api"]),
    )
    .action(async (options) => {
      const { schema } = await import("../commands/schema.ts");
      onExit(schema(options));
    });
  withExamples(printing, [
    ["ddsrv schema > ddsrv.schema.json", "For an editor, which then completes and explains"],
    ["ddsrv schema --api > ddsrv.openapi.json", "For clients of the control socket"],
  ]);
}
