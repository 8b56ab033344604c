import assert from "node:assert/strict";
import { rangeFrom, userRangeOf } from "../../lib/owner/user_range.ts";

Deno.test("userRangeOf() is stable, above other user ids, and fits 31 bits", () => {
  for (const id of ["000000", "a1b2c3", "ffffff"]) {
    const [first, last] = userRangeOf(id);
    assert.deepEqual(userRangeOf(id), [first, last]);
    assert.ok(first >= 0x7000_0000 && last < 2 ** 31 && last - first === 65_535);
    assert.deepEqual(rangeFrom(first), [first, last]);
  }
});

Deno.test("userRangeOf() skips ranges in use, and returns the first when all are in use", () => {
  const taken = new Set<number>();
  for (let turn = 0; turn < 1_024; turn++) {
    const [first, last] = userRangeOf("a1b2c3", taken);
    assert.ok(!taken.has(first) && last < 2 ** 31);
    taken.add(first);
  }
  assert.deepEqual(userRangeOf("a1b2c3", taken), userRangeOf("a1b2c3"));
});
