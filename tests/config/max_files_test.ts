import assert from "node:assert/strict";
import { parseMaxFiles } from "../../lib/config/max_files.ts";

Deno.test("parseMaxFiles() takes whole numbers within its bounds", () => {
  assert.deepEqual(["10", "50000", "10000000"].map(parseMaxFiles), [10, 50_000, 10_000_000]);
  for (const text of ["9", "10000001", "", "-1", "1e5", "50_000", "many", "10.5"]) {
    assert.throws(() => parseMaxFiles(text), RangeError, text);
  }
});
