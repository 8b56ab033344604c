import assert from "node:assert/strict";
import { apiShapes } from "../../lib/control/api_schema.ts";
import { describeApi } from "../../lib/control/openapi.ts";
import { ROUTES } from "../../lib/control/api_routes.ts";

type Operation = { operationId: string; summary: string; responses: Record<string, unknown> };

// As it is printed: what JSON can't hold is not in it.
const api = JSON.parse(JSON.stringify(describeApi(ROUTES, "1.2.3"))) as {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

Deno.test("describeApi() describes exactly the routes of the server", () => {
  const described = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.keys(item).filter((key) => key !== "parameters").map((method) => `${method} ${path}`)
  );
  const answered = ROUTES.map(({ method, path }) => `${method.toLowerCase()} /v1${path}`);
  assert.deepEqual(described.sort(), answered.sort());
  assert.equal(new Set(ROUTES.map((route) => route.operation)).size, ROUTES.length);
});

Deno.test("describeApi() resolves every reference and uses every schema", () => {
  const references = [...JSON.stringify(api).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
    .map(([, name]) => name!);
  const names = Object.keys(apiShapes).sort();
  assert.deepEqual([...new Set(references)].sort(), names);
  assert.deepEqual(Object.keys(api.components.schemas).sort(), names);
});

Deno.test("describeApi() describes version, path, query, body and errors", () => {
  assert.deepEqual([api.openapi, api.info.version], ["3.1.1", "1.2.3"]);
  const { parameters, get } = api.paths["/v1/functions/{name}"]! as unknown as {
    parameters: unknown;
    get: { parameters: unknown; responses: Record<string, unknown> };
  };
  assert.deepEqual(parameters, [
    { name: "name", in: "path", required: true, schema: { type: "string" } },
  ]);
  assert.deepEqual(get.parameters, [
    {
      name: "until",
      in: "query",
      required: false,
      description:
        "Wait until the function is ready, idle or failed (settled), until it is gone, or until " +
        'its pending work differs from "since" (changed)',
      schema: { type: "string", enum: ["settled", "gone", "changed"] },
    },
    {
      name: "since",
      in: "query",
      required: false,
      description: 'The value of "pending" in an earlier response; "none" for null',
      schema: { type: "string", enum: ["arriving", "checking", "starting", "leaving", "none"] },
    },
    {
      name: "timeoutMs",
      in: "query",
      required: false,
      description: "Maximum time to wait; after it, the function is returned as it is",
      schema: { type: "integer", minimum: 0, maximum: 600_000 },
    },
  ]);
  assert.deepEqual(Object.keys(get.responses), ["200", "404", "default"]);
  assert.deepEqual(api.paths["/v1/scan"]!.post!.responses[204], { description: "Done" });
});
