import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeMessage, encodeMessage } from "../../lib/kv/protobuf.ts";

Deno.test("decodeMessage() returns what encodeMessage() was given", () => {
  const value = fc.oneof(fc.maxSafeNat(), fc.uint8Array());
  const field = fc.tuple(fc.integer({ min: 1, max: 1_000 }), value);
  fc.assert(fc.property(fc.array(field), (fields) => {
    assert.deepEqual(decodeMessage(encodeMessage(fields)), fields);
  }));
});

Deno.test("encodeMessage() writes the bytes of the specification's example", () => {
  assert.equal(encodeMessage([[1, 150]]).toHex(), "089601");
});

Deno.test("decodeMessage() leaves out fixed numbers", () => {
  assert.deepEqual(decodeMessage(Uint8Array.fromHex("0900000000000000000d000000001005")), [[2, 5]]);
});

Deno.test("decodeMessage() returns or throws a SyntaxError for any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    try {
      decodeMessage(bytes);
    } catch (error) {
      assert(error instanceof SyntaxError);
    }
  }));
});
