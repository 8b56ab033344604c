import { z } from "zod";
import { API_PREFIX } from "./api.ts";
import { apiShapes } from "./api_schema.ts";
import type { Route } from "./route.ts";

/** A JSON document or a part of one. */
type Json = Readonly<Record<string, unknown>>;

/** Describes routes in OpenAPI 3.1, with schemas of JSON Schema draft 2020-12. */
export function describeApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = API_PREFIX + route.path;
    paths[path] = {
      ...paths[path] ?? parametersOfPath(route),
      [route.method.toLowerCase()]: describeOperation(route),
    };
  }
  const schemas = Object.entries(apiShapes).map(([name, shape]) => [name, plainSchema(shape)]);
  return {
    openapi: "3.1.1",
    info: {
      title: "ddsrv control API",
      version,
      description:
        "HTTP/1.1 and JSON on the supervisor's Unix socket, for its own user and root. " +
        "Send Host: localhost. HEAD is supported wherever GET is.",
    },
    servers: [{ url: "http://localhost" }],
    paths,
    components: { schemas: Object.fromEntries(schemas) },
  };
}

/** Returns a schema as JSON Schema that can stand inside another document. */
function plainSchema(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return rest;
}

function parametersOfPath({ path }: Route): Record<string, Json> {
  if (!path.includes("{name}")) return {};
  const name = { name: "name", in: "path", required: true, schema: { type: "string" } };
  return { parameters: [name] as unknown as Json };
}

function describeOperation(route: Route): Json {
  const { operation, summary, query, requestBody, responseBody, errors = {} } = route;
  const failures = Object.entries(errors)
    .map(([status, description]) => [status, { description, ...content("ErrorReport") }]);
  return {
    operationId: operation,
    summary,
    ...(query === undefined ? {} : { parameters: describeQuery(query) }),
    ...(requestBody === undefined
      ? {}
      : { requestBody: { required: true, ...content(requestBody) } }),
    responses: {
      ...(responseBody === undefined
        ? { 204: { description: "Done" } }
        : { 200: { description: summary, ...content(responseBody) } }),
      ...Object.fromEntries(failures),
      default: { description: "Error", ...content("ErrorReport") },
    },
  };
}

function describeQuery(query: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = plainSchema(query) as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    description,
    schema,
  }));
}

function content(shape: string): Json {
  const isList = shape.endsWith("[]");
  const reference = { $ref: `#/components/schemas/${shape.replace("[]", "")}` };
  const schema = isList ? { type: "array", items: reference } : reference;
  return { content: { "application/json": { schema } } };
}
