import assert from "node:assert/strict";
import { otherProtocol } from "../../../lib/proxy/http1/other_protocol.ts";

const SETTINGS = [0, 0, 0, 4, 0, 0, 0, 0, 0];
const GO_AWAY = [0, 0, 8, 7, 0, 0, 0, 0, 0];

const rows: readonly [what: string, bytes: readonly number[], expected: RegExp | undefined][] = [
  ["an alert of TLS", [0x15, 3, 3, 0, 2, 2, 50], /^the function speaks TLS, but/],
  ["an alert of TLS 1.0", [0x15, 3, 1, 0, 2, 2, 50], /^the function speaks TLS, but/],
  ["the start of an alert", [0x15], undefined],
  ["another control character", [0x15, 2, 3], undefined],
  [
    "an empty frame of settings",
    [...SETTINGS, ...GO_AWAY],
    /^the function speaks HTTP\/2 only, but/,
  ],
  ["a frame with settings", SETTINGS.with(2, 18), /^the function speaks HTTP\/2 only, but/],
  ["an acknowledgement of settings", SETTINGS.with(4, 1), undefined],
  ["another frame", GO_AWAY, undefined],
  ["half a frame", SETTINGS.slice(0, 8), undefined],
  ["HTTP/1.1", [..."HTTP/1.1 200 OK\r\n\r\n"].map((one) => one.charCodeAt(0)), undefined],
  ["nothing", [], undefined],
];

for (const [what, bytes, expected] of rows) {
  Deno.test(`otherProtocol() of ${what}`, () => {
    // Behind the bytes of a previous response.
    const buffer = new Uint8Array([1, 2, ...bytes, ...SETTINGS]);
    const said = otherProtocol(buffer, { start: 2, end: 2 + bytes.length });
    if (expected === undefined) assert.equal(said, undefined);
    else assert.match(said ?? "", expected);
  });
}
