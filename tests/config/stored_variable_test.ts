import assert from "node:assert/strict";
import {
  MAX_VARIABLE_BYTES,
  MAX_VARIABLES_BYTES,
  storedVariableProblem,
  totalVariablesProblem,
} from "../../lib/config/stored_variable.ts";

const SECRET = "s3cr3t";

Deno.test("storedVariableProblem() accepts ordinary names and any text", () => {
  const good = [["A", ""], ["_a9", "a\nb\tc=d"], ["PATH", "/bin"], ["DENO_KV_ACCESS_TOKEN", "é函"]];
  for (const [name, value] of good) assert.equal(storedVariableProblem(name!, value!), undefined);
  assert.equal(storedVariableProblem("A", "x".repeat(MAX_VARIABLE_BYTES - 3)), undefined);
});

Deno.test("storedVariableProblem() refuses other names, and never shows the value", () => {
  const table: readonly (readonly [name: string, value: string, said: RegExp])[] = [
    ["", SECRET, /^"" can't be the name/],
    ["A=B", SECRET, /^"A=B" can't be the name/],
    ["A\0", SECRET, /^"A\\u0000" can't be the name/],
    ["A\n", SECRET, /^"A\\n" can't be the name/],
    ["A ", SECRET, /can't be the name/],
    ["1", SECRET, /can't be the name/],
    ["é", SECRET, /can't be the name/],
    ["x=".repeat(1_000), SECRET, /^"(x=){20}…" can't be the name/],
    ["__proto__", SECRET, /a meaning of its own in JavaScript/],
    ["DDSRV_DATA", SECRET, /ddsrv sets it itself/],
    ["DENO_SERVE_ADDRESS", SECRET, /ddsrv sets it itself/],
    ["DENO_DIR", SECRET, /ddsrv sets it itself/],
    ["LD_PRELOAD", SECRET, /the dynamic linker reads it before/],
    ["A", `${SECRET}\0`, /holds a NUL/],
    ["A", `${SECRET}\ud800`, /is not UTF-8/],
    [
      "A",
      SECRET.repeat(30_000),
      /"A" has 180003 bytes with its name, and a variable at most 131072/,
    ],
    ["A", "é".repeat(MAX_VARIABLE_BYTES / 2), /"A" has 131075 bytes/],
  ];
  for (const [name, value, said] of table) {
    const problem = storedVariableProblem(name, value);
    assert.match(problem ?? "", said);
    assert.ok(!problem!.includes(SECRET));
  }
});

Deno.test("totalVariablesProblem() counts names, values and separators", () => {
  const full = [["AA", "x".repeat(MAX_VARIABLES_BYTES - 8)], ["B", ""]] as const;
  assert.equal(
    totalVariablesProblem([["AA", "x".repeat(MAX_VARIABLES_BYTES - 7)], ["B", ""]]),
    undefined,
  );
  assert.equal(totalVariablesProblem(full), undefined);
  assert.match(
    totalVariablesProblem([...full, ["C", "1"]]) ?? "",
    /would have 1048579 bytes, and at most 1048576 are possible/,
  );
});
