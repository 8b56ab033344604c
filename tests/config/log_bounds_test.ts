import assert from "node:assert/strict";
import { parseLogMaxFiles, parseLogMaxSize } from "../../lib/config/log_bounds.ts";

Deno.test("parseLogMaxSize() takes what a long line fits into", () => {
  assert.equal(parseLogMaxSize("10MiB"), 10_485_760);
  assert.equal(parseLogMaxSize("128KiB"), 131_072);
  for (const text of ["127KiB", "0B"]) {
    assert.throws(() => parseLogMaxSize(text), {
      message: `"${text}" is too little for a log file. Give at least 128KiB`,
    });
  }
  assert.throws(() => parseLogMaxSize("10"), SyntaxError);
});

Deno.test("parseLogMaxFiles() takes whole numbers that make sense", () => {
  assert.equal(parseLogMaxFiles("2"), 2);
  assert.equal(parseLogMaxFiles("1000"), 1_000);
  for (const text of ["1", "0", "-3", "2.5", "1001", "", "five"]) {
    assert.throws(() => parseLogMaxFiles(text), {
      message: `"${text}" is no number of log files. Give a whole number from 2 to 1000`,
    });
  }
});
