import assert from "node:assert/strict";
import { nameColour } from "../../../cli/output/name_colour.ts";

Deno.test("nameColour() is constant for a name and differs between names", () => {
  const names = Array.from({ length: 40 }, (_, index) => `function-${index}`);
  assert.deepEqual(names.map(nameColour), names.map(nameColour));
  assert.equal(new Set(names.map(nameColour)).size, 5);
  assert.equal(typeof nameColour(""), "string");
  assert.equal(typeof nameColour("函数👋".repeat(20)), "string");
});
