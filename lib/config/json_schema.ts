import { z } from "zod";
import {
  DIRECTORY_KEYS,
  directorySchema,
  type FileKey,
  FUNCTION_KEYS,
  functionSchema,
} from "./file_schema.ts";
import { describeSetting, keyDefault } from "./setting.ts";

/** Whose `ddsrv.json` a schema is for: that of the functions directory, or of a function. */
export type SchemaKind = "directory" | "function";

/** Part of a JSON Schema. */
type Part = Readonly<Record<string, unknown>>;

/** Returns the schema of a `ddsrv.json` as JSON Schema, draft 2020-12. */
export function jsonSchema(kind: SchemaKind): Record<string, unknown> {
  const isDirectory = kind === "directory";
  const schema = isDirectory ? directorySchema : functionSchema;
  const { properties, ...rest } = z.toJSONSchema(schema, { io: "input" });
  const parts = partOf(properties);
  const described = isDirectory
    ? describeDirectory(parts)
    : describe(FUNCTION_KEYS, parts, { hasDefaults: false });
  return {
    ...rest,
    title: "ddsrv.json",
    properties: {
      $schema: { description: "This schema, for editors", ...partOf(parts["$schema"]) },
      ...described,
    },
  };
}

function describeDirectory(parts: Part): Part {
  const described = describe(DIRECTORY_KEYS, parts, { hasDefaults: true });
  const functions = partOf(described["functions"]);
  const { properties, ...entry } = partOf(functions["additionalProperties"]);
  const { $schema: _, ...keys } = partOf(properties);
  return {
    ...described,
    functions: {
      ...functions,
      additionalProperties: {
        ...entry,
        properties: describe(FUNCTION_KEYS, keys, { hasDefaults: false }),
      },
    },
  };
}

/** Adds descriptions; in a manifest, the functions directory's file gives the defaults. */
function describe(
  keys: readonly FileKey[],
  parts: Part,
  { hasDefaults }: { readonly hasDefaults: boolean },
): Part {
  const described = keys
    .toSorted((one, other) => Number(one.isDeprecated) - Number(other.isDeprecated))
    .map(({ key, entry: { setting }, isDeprecated }) => [key, {
      description: isDeprecated ? `Old name of ${setting.name}` : describeSetting(setting),
      ...(isDeprecated ? { deprecated: true } : {}),
      ...(hasDefaults && !isDeprecated ? { default: keyDefault(setting) } : {}),
      ...partOf(parts[key]),
    }]);
  return Object.fromEntries(described);
}

function partOf(value: unknown): Part {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
