import assert from "node:assert/strict";
import { parseTree } from "jsonc-parser";
import { describeType, type Property } from "../../../cli/generate/property_type.ts";
import { SETTINGS_EXAMPLES, settingsPage } from "../../../cli/generate/settings_page.ts";
import { functionSchema } from "../../../lib/config/function_schema.ts";
import { jsonSchema } from "../../../lib/config/json_schema.ts";
import { keyDefaults } from "../../../lib/config/key_defaults.ts";
import { policySchema } from "../../../lib/config/policy_schema.ts";
import { getNodeValue } from "jsonc-parser";

const parse = (text: string): unknown => getNodeValue(parseTree(text)!);

Deno.test("settingsPage() has valid examples", () => {
  policySchema.parse(parse(SETTINGS_EXAMPLES.directory));
  functionSchema.parse(parse(SETTINGS_EXAMPLES.function));
});

Deno.test("settingsPage() describes every key", () => {
  const page = settingsPage("ddsrv 0");
  for (const name of Object.keys(jsonSchema("directory").properties as object)) {
    assert.ok(page.includes(`.It Cm ${name}\n`), name);
  }
});

Deno.test("keyDefaults(): each could stand in the file", () => {
  assert.ok(policySchema.safeParse(keyDefaults()).success);
});

const types: readonly [Property, string][] = [
  [{ type: "boolean" }, "boolean"],
  [{ type: "number", minimum: 0.01, maximum: 4 }, "number from 0.01 to 4"],
  [{ type: "integer", minimum: Number.MIN_SAFE_INTEGER }, "whole number"],
  [{ type: "string", enum: ["a", "b"] }, '"a", "b"'],
  [
    { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
    "string, or list of string",
  ],
  [{ type: "object" }, "object of strings"],
];

for (const [property, text] of types) {
  Deno.test(`describeType(): ${text}`, () => assert.equal(describeType(property), text));
}
