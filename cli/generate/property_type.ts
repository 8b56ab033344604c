/** The parts of JSON Schema that the schema of `ddsrv.json` uses. */
export interface Property {
  readonly description?: string;
  readonly default?: unknown;
  readonly deprecated?: boolean;
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Property[];
  readonly items?: Property;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly additionalProperties?: boolean | Property;
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * Describes the allowed values of a property in words.
 *
 * @example
 * ```ts
 * import { describeType } from "./property_type.ts";
 * describeType({ type: "integer", minimum: 0, maximum: 65535 }); // "whole number from 0 to 65535"
 * ```
 */
export function describeType(property: Property): string {
  if (property.anyOf !== undefined) {
    return [...new Set(property.anyOf.map(describeType))].join(", or ");
  }
  if (property.const !== undefined) return JSON.stringify(property.const);
  if (property.enum !== undefined) {
    return property.enum.map((one) => JSON.stringify(one)).join(", ");
  }
  switch (property.type) {
    case "array":
      return `list of ${describeType(property.items ?? {})}`;
    case "object":
      return describeObject(property);
    case "integer":
      return `whole number${bounds(property)}`;
    case "number":
      return `number${bounds(property)}`;
    default:
      return property.type ?? "anything";
  }
}

function describeObject({ properties, additionalProperties }: Property): string {
  if (properties !== undefined) return `object with any of ${Object.keys(properties).join(", ")}`;
  const isDeep = typeof additionalProperties === "object" && additionalProperties.type === "object";
  return isDeep ? "object of objects" : "object of strings";
}

function bounds({ minimum, maximum }: Property): string {
  if (minimum === undefined || minimum === Number.MIN_SAFE_INTEGER) return "";
  return maximum === undefined ? ` from ${minimum}` : ` from ${minimum} to ${maximum}`;
}
