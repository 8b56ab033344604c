import assert from "node:assert/strict";
import { readSummary, runFile, splitTimes } from "./run_file.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const SUMMARIES: readonly [what: string, output: string, success: boolean, expected: unknown][] = [
  ["all", "ok | 3 passed (2 steps) | 0 failed (2s)\n", true, [true, 3, 0, 0]],
  ["ignored ones", "ok | 3 passed | 0 failed | 4 ignored (2s)\n", true, [true, 3, 0, 4]],
  ["colours", "\x1b[32mok\x1b[0m | 3 passed | 0 failed\n", true, [true, 3, 0, 0]],
  ["failures", "FAILED | 3 passed | 2 failed (1 step) (2s)\n", false, [false, 3, 2, 0]],
  ["its own, not that of one within", "| 9 passed | 9 failed\n| 1 passed | 0 failed\n", true, [
    true,
    1,
    0,
    0,
  ]],
  ["an end without a summary", "", true, [false, 0, 0, 0]],
  ["a crash", "error: Module not found\n", false, [false, 0, 1, 0]],
  ["a failure beside the tests", "ok | 3 passed | 0 failed\n", false, [false, 3, 1, 0]],
];

for (const [what, output, success, expected] of SUMMARIES) {
  Deno.test(`readSummary() reads ${what}`, () => {
    assert.deepEqual(Object.values(readSummary(output, success)), expected);
  });
}

Deno.test("splitTimes() removes the last two lines if they are times", () => {
  const times = "0m0.01s 0m0.00s\n1m1.50s 0m0.25s\n";
  assert.deepEqual(splitTimes(`one\ntwo${times}`), { output: "one\ntwo", waitedFor: 61.75 });
  assert.deepEqual(splitTimes("killed\n"), { output: "killed\n", waitedFor: 0 });
});

Deno.test("runFile() returns counts, times and failures", async () => {
  await using directory = await temporaryDirectory();
  const file = await directory.write(
    "some_test.ts",
    `Deno.test("well", () => { for (const end = Date.now() + 300; Date.now() < end;); });
     Deno.test({ name: "not here", ignore: true, fn() {} });
     Deno.test("badly", () => { throw new Error("for a reason"); });\n`,
  );
  const { output, seconds, processorSeconds, ...counts } = await runFile(file, undefined);
  assert.deepEqual(counts, { file, isPassed: false, passed: 1, failed: 1, ignored: 1 });
  assert.match(output, /for a reason/);
  assert.ok(seconds > 0.3);
  assert.ok(processorSeconds > 0);
});
