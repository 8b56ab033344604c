import { z } from "zod";
import { jsonSchema } from "../../lib/config/json_schema.ts";
import { describeApi } from "../../lib/control/openapi.ts";
import { ROUTES } from "../../lib/control/api_routes.ts";
import type { JsonOutput } from "../output/json_verbs.ts";
import { outputSchemas } from "../output/output_schemas.ts";
import { printJson } from "../output/print.ts";
import { version } from "../version.ts";

/** Options of `ddsrv schema`; at most one is set. */
export interface SchemaOptions {
  readonly function?: true | undefined;
  readonly api?: true | undefined;
  readonly output?: JsonOutput | undefined;
}

/** Prints the schema of `ddsrv.json`, of the control API or of a verb's JSON output. */
export function schema({ function: ofFunction, api, output }: SchemaOptions): number {
  if (api) printJson(describeApi(ROUTES, version));
  else if (output !== undefined) {
    const command = output === "version" ? "--version" : output;
    printJson({ ...z.toJSONSchema(outputSchemas[output]), title: `ddsrv ${command} --json` });
  } else printJson(jsonSchema(ofFunction ? "function" : "directory"));
  return 0;
}
