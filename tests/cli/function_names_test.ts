import assert from "node:assert/strict";
import { noSuchFunction } from "../../cli/function_names.ts";

Deno.test("noSuchFunction() suggests the closest name", () => {
  assert.equal(
    noSuchFunction("shp", ["blog", "shop"]).message,
    'There is no function "shp". Did you mean "shop"? See: ddsrv list',
  );
  assert.equal(noSuchFunction("x", []).message, 'There is no function "x". See: ddsrv list');
  assert.equal(noSuchFunction("x", []).exitCode, 4);
});
