import assert from "node:assert/strict";
import { EDGE_RUNTIME_TYPES, missesEdgeRuntime } from "../../lib/check/edge_runtime.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const codes: readonly [code: string, isMissing: boolean][] = [
  ["EdgeRuntime.waitUntil(Promise.resolve(1));", true],
  ["globalThis.EdgeRuntime.waitUntil(Promise.resolve(1));", true],
  [
    "declare const EdgeRuntime: any;\nEdgeRuntime.waitUntil(1); const a: string = 1; export {};",
    false,
  ],
  ["const EdgeRuntime: string = 1; export {};", false],
];

for (const [code, isMissing] of codes) {
  Deno.test(`missesEdgeRuntime() is ${isMissing} for ${code}`, async () => {
    await using directory = await temporaryDirectory();
    const path = await directory.write("index.ts", code);
    const check = async (...paths: string[]): Promise<{ success: boolean; text: string }> => {
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["check", "--quiet", "--no-lock", path, ...paths],
        env: { FORCE_COLOR: "1" },
      }).output();
      return { success, text: new TextDecoder().decode(stderr) };
    };
    const first = await check();
    assert.equal(first.success, false);
    assert.equal(missesEdgeRuntime(first.text), isMissing);
    if (isMissing) assert.equal((await check(EDGE_RUNTIME_TYPES)).success, true);
  });
}
