import assert from "node:assert/strict";
import { jsonSchema, type SchemaKind } from "../../lib/config/json_schema.ts";

for (const kind of ["directory", "function"] satisfies SchemaKind[]) {
  Deno.test(`jsonSchema() describes every key of a ${kind}'s file, and allows no other`, () => {
    const schema = jsonSchema(kind);
    assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
    assert.equal(schema.additionalProperties, false);
    const properties = Object.entries(
      schema.properties as Record<string, { description?: string }>,
    );
    for (const [name, { description }] of properties) assert.ok(description, name);
    assert.ok(properties.length >= 9);
  });
}

Deno.test("jsonSchema() of a function has the keys of a manifest only", () => {
  assert.deepEqual(Object.keys(jsonSchema("function").properties as object), [
    "$schema",
    "logRate",
    "entry",
    "predeploy",
    "spa",
    "check",
    "deno",
    "env",
    "envFile",
    "port",
    "watch",
    "startTimeout",
    "predeployTimeout",
    "stopGrace",
    "healthPath",
    "healthInterval",
    "hangTimeout",
    "idle",
    "backgroundTimeout",
    "warm",
    "schedules",
    "drain",
    "egress",
    "permissions",
    "writable",
    "memory",
    "cpu",
    "processes",
    "dataSize",
    "dataFiles",
    "bandwidth",
    "domains",
    "keepPrefix",
    "rateLimit",
  ]);
});

Deno.test("jsonSchema() marks old names as deprecated, and gives them no default", () => {
  const properties = jsonSchema("directory").properties as Record<string, Record<string, unknown>>;
  const old = Object.entries(properties).filter(([, property]) => "deprecated" in property);
  assert.deepEqual(
    old.map(([name, { type, deprecated, description, ...rest }]) => [
      name,
      type,
      deprecated,
      description,
      rest.default,
    ]),
    [
      ["saveLogs", "boolean", true, "Old name of logs", undefined],
      ["logsDirectory", "string", true, "Old name of logsDir", undefined],
      ["logFormat", "string", true, "Old name of logFileFormat", undefined],
      ["checkCode", undefined, true, "Old name of check", undefined],
    ],
  );
});
