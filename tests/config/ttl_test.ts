import assert from "node:assert/strict";
import { formatTtl, parseTtl } from "../../lib/config/ttl.ts";

Deno.test("parseTtl() reads a number with a unit, or none", () => {
  const rows: readonly (readonly [string, number | null])[] = [
    ["1s", 1_000],
    ["90m", 5_400_000],
    ["12h", 43_200_000],
    ["3d", 259_200_000],
    ["2w", 1_209_600_000],
    ["366d", 31_622_400_000],
    ["none", null],
  ];
  for (const [text, ms] of rows) {
    assert.equal(parseTtl(text), ms, text);
    if (ms !== null) assert.equal(parseTtl(formatTtl(ms)), ms, text);
  }
});

Deno.test("parseTtl() refuses other texts", () => {
  for (const text of ["", "3", "3 d", "-1d", "1.5h", "3D", "1y", "9999999999d", "3d\n"]) {
    assert.throws(() => parseTtl(text), SyntaxError, text);
  }
  for (const text of ["0s", "367d", "999999999w"]) {
    assert.throws(() => parseTtl(text), RangeError, text);
  }
});
