import { deepEqual, equal, throws } from "node:assert/strict";
import { ConnectionError, ErrorCode } from "../../../lib/proxy/http2/frames.ts";
import { HeaderDecoder } from "../../../lib/proxy/http2/header_decoder.ts";
import { type Field, STATIC_TABLE } from "../../../lib/proxy/http2/static_table.ts";

/** Each list is one connection: header blocks in hexadecimal digits, with the fields they mean. */
const CONNECTIONS: Readonly<Record<string, readonly (readonly [string, readonly Field[]])[]>> = {
  "requests with Huffman codes (RFC 7541, appendix C.4)": [
    ["828684418cf1e3c2e5f23a6ba0ab90f4ff", [
      [":method", "GET"],
      [":scheme", "http"],
      [":path", "/"],
      [":authority", "www.example.com"],
    ]],
    ["828684be5886a8eb10649cbf", [
      [":method", "GET"],
      [":scheme", "http"],
      [":path", "/"],
      [":authority", "www.example.com"],
      ["cache-control", "no-cache"],
    ]],
    ["828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", [
      [":method", "GET"],
      [":scheme", "https"],
      [":path", "/index.html"],
      [":authority", "www.example.com"],
      ["custom-key", "custom-value"],
    ]],
  ],
  "texts as they are (C.2.1 to C.2.3)": [
    ["400a637573746f6d2d6b65790d637573746f6d2d686561646572", [["custom-key", "custom-header"]]],
    ["040c2f73616d706c652f70617468", [[":path", "/sample/path"]]],
    ["100870617373776f726406736563726574", [["password", "secret"]]],
  ],
  "a table that shrinks and grows (section 4.3)": [
    ["4001610162", [["a", "b"]]],
    ["be", [["a", "b"]]],
    ["203fe11f4001630164", [["c", "d"]]],
    ["be", [["c", "d"]]],
  ],
  "an index of the static table": STATIC_TABLE.map((field, at) =>
    [(0x80 | at + 1).toString(16), [field]] as const
  ),
};

for (const [name, blocks] of Object.entries(CONNECTIONS)) {
  Deno.test(`HeaderDecoder.decode() reads ${name}`, () => {
    const decoder = new HeaderDecoder();
    for (const [block, fields] of blocks) {
      deepEqual(decoder.decode(hex(block), 1_000), fields);
    }
  });
}

Deno.test("HeaderDecoder.decode() evicts the oldest entries of a full table", () => {
  const decoder = new HeaderDecoder();
  for (let count = 0; count < 200; count++) decoder.decode(hex("4001610162"), 1_000);
  // 4,096 bytes are 120 entries of 34 bytes.
  deepEqual(decoder.decode(numberOf(61 + 120), 1_000), [["a", "b"]]);
  throws(() => decoder.decode(numberOf(61 + 121), 1_000), /outside of the tables/);
});

Deno.test("HeaderDecoder.decode() returns no list that is too large, and keeps its table", () => {
  const decoder = new HeaderDecoder();
  equal(decoder.decode(hex("4001610162be"), 67), undefined);
  deepEqual(decoder.decode(hex("bebe"), 68), [["a", "b"], ["a", "b"]]);
});

/** Blocks that are invalid, each for a connection of its own. */
const INVALID: Readonly<Record<string, string>> = {
  "index 0": "80",
  "an index that nobody has added": "be",
  "a number without an end": "ff",
  "a number that is too large": "ffffffffffffff0f",
  "a text longer than its block": "0001610562",
  "no value": "000161",
  "a Huffman code that is no code": "00016184ffffffff",
  "padding of zeros": "0001618100",
  "padding of a whole byte": "000161821fff",
  "a table that is too large": "3fe21f",
  "a change of the table's size after a field": "8220",
};

for (const [name, block] of Object.entries(INVALID)) {
  Deno.test(`HeaderDecoder.decode() rejects ${name}`, () => {
    throws(
      () => new HeaderDecoder().decode(hex(block), 1_000),
      (error) => error instanceof ConnectionError && error.code === ErrorCode.CompressionError,
    );
  });
}

function hex(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits);
}

/** An index above 127 (RFC 7541, section 5.1). */
function numberOf(index: number): Uint8Array {
  return Uint8Array.of(0xff, index - 127);
}
