import { jsonSchema } from "../../lib/config/json_schema.ts";
import { printJson } from "../output/print.ts";

/** Options of `ddsrv schema`. */
export interface SchemaOptions {
  readonly function?: true | undefined;
}

/** Prints the JSON Schema of `ddsrv.json`. */
export function schema(options: SchemaOptions): number {
  printJson(jsonSchema(options.function ? "function" : "directory"));
  return 0;
}
