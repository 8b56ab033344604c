import assert from "node:assert/strict";
import { parseEnvFile } from "../../lib/config/env_file.ts";

Deno.test("parseEnvFile() reads quotes, comments and export", () => {
  const table: readonly (readonly [text: string, env: Record<string, string>])[] = [
    ["", {}],
    ["# why\n\nA=1\n", { A: "1" }],
    ["export A=1\r\nB = 2 # why\r\n", { A: "1", B: "2" }],
    ["A='x y'\nB=\"x\\ny\"\nC=`a'b`\n", { A: "x y", B: "x\ny", C: "a'b" }],
    ["A=1\nA=2\n", { A: "2" }],
    ["junk\nA=\n", { A: "" }],
  ];
  for (const [text, env] of table) assert.deepEqual({ ...parseEnvFile("x.env", text) }, env, text);
});

Deno.test("parseEnvFile() names the file and the variable in errors, never the value", () => {
  assert.throws(() => parseEnvFile("x.env", "A=s3cr\0et\n"), (error: Error) => {
    assert.match(error.message, /^x\.env is not valid: the value of "A" holds a NUL/);
    return !error.message.includes("s3cr");
  });
});
