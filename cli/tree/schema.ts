import { type Command, Option } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { JSON_OUTPUTS } from "../output/json_verbs.ts";
import { withExamples } from "./examples.ts";

/** Declares `ddsrv schema`. */
export function addSchema(program: Command, onExit: OnExit): void {
  const printing = program.command("schema")
    .description("print the JSON Schema of ddsrv.json, --json output or the control API")
    .addOption(
      new Option("--function", "describe the ddsrv.json of a function, not of the server")
        .conflicts(["api", "output"]),
    )
    .addOption(
      new Option("--api", "describe the control API, as OpenAPI 3.1")
        .conflicts(["function", "output"]),
    )
    .addOption(
      new Option("--output <verb>", "describe the --json output of a command; for logs, of a line")
        .choices(JSON_OUTPUTS).conflicts(["function", "api"]),
    )
    .action(async (options) => {
      const { schema } = await import("../commands/schema.ts");
      onExit(schema(options));
    });
  withExamples(printing, [
    ["ddsrv schema > ddsrv.schema.json", "Let an editor complete and validate ddsrv.json"],
    ["ddsrv schema --api > ddsrv.openapi.json", "Generate clients of the control API"],
  ]);
}
