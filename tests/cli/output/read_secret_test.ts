import assert from "node:assert/strict";
import { NOTHING_TYPED, type Typed, typeKeys } from "../../../cli/output/read_secret.ts";

const table: readonly (readonly [keys: readonly string[], typed: Partial<Typed>])[] = [
  [["abc"], { text: "abc", state: "open" }],
  [["ab", "c\r"], { text: "abc", state: "done" }],
  [["abc\n"], { text: "abc", state: "done" }],
  [["\r"], { text: "", state: "done" }],
  [["ab\x7f\x7f\x7fc\x08d\r"], { text: "d", state: "done" }],
  [["é函😀\x7f\r"], { text: "é函", state: "done" }],
  [["wrong\x15right\r"], { text: "right", state: "done" }],
  [["half\x03"], { text: "", state: "interrupted" }],
  [["\x04"], { text: "", state: "nothing" }],
  [["a\x04b\r"], { text: "ab", state: "done" }],
  [["one\rtwo\r"], { text: "one", state: "done", hasMore: true }],
];

for (const [keys, typed] of table) {
  Deno.test(`typeKeys() after ${JSON.stringify(keys)}`, () => {
    const seen = keys.reduce(typeKeys, NOTHING_TYPED);
    assert.deepEqual(seen, { hasMore: false, ...typed });
  });
}
