import assert from "node:assert/strict";
import { parseUidRange } from "../../lib/config/uid_range.ts";

Deno.test("parseUidRange() reads the first and the last", () => {
  assert.deepEqual(parseUidRange("200000-265535"), [200_000, 265_535]);
  assert.deepEqual(parseUidRange("1000-2147483646"), [1_000, 2_147_483_646]);
});

for (
  const text of [
    "",
    "5",
    "1000",
    "999-2000",
    "2000-1000",
    "7-7",
    "1000-2147483647",
    "a-b",
    "1000-2000 ",
  ]
) {
  Deno.test(`parseUidRange() refuses "${text}"`, () => {
    assert.throws(() => parseUidRange(text), {
      name: "SyntaxError",
      message: /not a range of UIDs/,
    });
  });
}
