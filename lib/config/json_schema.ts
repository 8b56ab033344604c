import { z } from "zod";
import { DIRECTORY_KEYS, directorySchema, FUNCTION_KEYS, functionSchema } from "./file_schema.ts";
import { describeSetting, keyDefault } from "./setting.ts";

/** Whose `ddsrv.json` a schema is for: that of the functions directory, or of a function. */
export type SchemaKind = "directory" | "function";

/** Returns the schema of a `ddsrv.json` as JSON Schema, draft 2020-12. */
export function jsonSchema(kind: SchemaKind): Record<string, unknown> {
  const isDirectory = kind === "directory";
  const schema = isDirectory ? directorySchema : functionSchema;
  const { properties = {}, ...rest } = z.toJSONSchema(schema, { io: "input" });
  const keys = isDirectory ? DIRECTORY_KEYS : FUNCTION_KEYS;
  const described = keys.toSorted((one, other) =>
    Number(one.isDeprecated) - Number(other.isDeprecated)
  )
    .map(({ key, entry: { setting }, isDeprecated }) => [key, {
      description: isDeprecated ? `Old name of ${setting.name}` : describeSetting(setting),
      ...(isDeprecated ? { deprecated: true } : {}),
      // In a manifest, the functions directory's file gives the defaults.
      ...(isDirectory && !isDeprecated ? { default: keyDefault(setting) } : {}),
      ...asObject(properties[key]),
    }]);
  return {
    ...rest,
    title: "ddsrv.json",
    properties: {
      $schema: { description: "This schema, for editors", ...asObject(properties.$schema) },
      ...Object.fromEntries(described),
    },
  };
}

function asObject(property: unknown): object {
  return typeof property === "object" && property !== null ? property : {};
}
