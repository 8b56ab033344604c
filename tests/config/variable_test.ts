import assert from "node:assert/strict";
import { parseVariable } from "../../lib/config/variable.ts";

Deno.test("parseVariable() returns the given value, or that of the environment", () => {
  const environment = { HOME: "/root", EMPTY: "" };
  assert.deepEqual(parseVariable("A=1", environment), ["A", "1"]);
  assert.deepEqual(parseVariable("A=", environment), ["A", ""]);
  assert.deepEqual(parseVariable("_a9=b=c\nd", environment), ["_a9", "b=c\nd"]);
  assert.deepEqual(parseVariable("HOME", environment), ["HOME", "/root"]);
  assert.deepEqual(parseVariable("EMPTY", environment), ["EMPTY", ""]);
});

Deno.test("parseVariable() refuses names that are not valid or not in the environment", () => {
  for (const text of ["", "=1", "1A=1", "A B=1", "A-B=1", "A\n=1", "é=1", "__proto__=1"]) {
    assert.throws(() => parseVariable(text, {}), /can't be the name of a variable\. Give NAME=VAL/);
  }
  assert.throws(
    () => parseVariable("TOKEN", {}),
    new RangeError(
      '"TOKEN" is not in the environment. Run: export TOKEN=…; or, to type the value unseen: ddsrv env set FUNCTION TOKEN',
    ),
  );
  assert.throws(() => parseVariable("toString", {}), /"toString" is not in the environment/);
});
