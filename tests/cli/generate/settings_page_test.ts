import assert from "node:assert/strict";
import { parseTree } from "jsonc-parser";
import { describeType, type Property } from "../../../cli/generate/property_type.ts";
import {
  GRANTS_EXAMPLE,
  SETTINGS_EXAMPLES,
  settingsPage,
} from "../../../cli/generate/settings_page.ts";
import {
  DIRECTORY_KEYS,
  directorySchema,
  functionSchema,
} from "../../../lib/config/file_schema.ts";
import { keyDefault } from "../../../lib/config/setting.ts";
import { getNodeValue } from "jsonc-parser";

const parse = (text: string): unknown => getNodeValue(parseTree(text)!);

Deno.test("settingsPage() has valid examples", () => {
  directorySchema.parse(parse(SETTINGS_EXAMPLES.directory));
  directorySchema.parse(parse(GRANTS_EXAMPLE));
  functionSchema.parse(parse(SETTINGS_EXAMPLES.function));
});

Deno.test("settingsPage() lists every key, and no old names", () => {
  const page = settingsPage("ddsrv 0");
  for (const { key, isDeprecated } of DIRECTORY_KEYS) {
    assert.equal(page.includes(`.It Cm ${key}\n`), !isDeprecated, key);
  }
});

Deno.test("keyDefault() returns values that ddsrv.json accepts", () => {
  const defaults = DIRECTORY_KEYS.map(({ key, entry }) => [key, keyDefault(entry.setting)]);
  assert.ok(directorySchema.safeParse(Object.fromEntries(defaults)).success);
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
