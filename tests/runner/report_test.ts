import assert from "node:assert/strict";
import { formatResult, formatTimes, formatTotal } from "./report.ts";
import type { FileResult } from "./run_file.ts";

const GOOD: FileResult = {
  file: "tests/a_test.ts",
  isPassed: true,
  output: "one ... ok (1ms)\ntwo (ignored: needs root) ... ignored (0ms)\n",
  passed: 1,
  failed: 0,
  ignored: 1,
  seconds: 2.04,
  processorSeconds: 1,
};

const BAD: FileResult = {
  ...GOOD,
  file: "tests/b_test.ts",
  isPassed: false,
  failed: 1,
  processorSeconds: 65,
};

Deno.test("formatResult() prints one line for a passed file, with ignored tests", () => {
  const lines =
    "ok tests/a_test.ts: 1 passed in 2.0 s\ntwo (ignored: needs root) ... ignored (0ms)";
  assert.equal(formatResult(GOOD), lines);
});

Deno.test("formatResult() prints the whole output of a failed file", () => {
  assert.equal(formatResult(BAD), `${BAD.output}FAILED tests/b_test.ts\n`);
});

Deno.test("formatTimes() starts with the slowest", () => {
  assert.equal(
    formatTimes([GOOD, BAD]),
    "Processor s  Clock s  File\n" +
      "       65.0       2.0  tests/b_test.ts\n" +
      "        1.0       2.0  tests/a_test.ts",
  );
});

Deno.test("formatTotal() adds up and says if the count is incomplete", () => {
  const total = "2 passed, 1 failed, 2 ignored in 2 files: 1.0 min, 1.1 min of processors";
  assert.equal(formatTotal([GOOD, BAD], { seconds: 60, hasMeters: true }), total);
  assert.equal(
    formatTotal([GOOD, BAD], { seconds: 60, hasMeters: false }),
    `${total} at least (there are no accounts of version 1 of control groups)`,
  );
});
