import assert from "node:assert/strict";
import { parseInspect } from "../../lib/dev/inspect_address.ts";

const addresses: readonly [text: string, hostname: string, port: number][] = [
  ["9229", "127.0.0.1", 9229],
  ["0.0.0.0", "0.0.0.0", 9229],
  ["localhost:9230", "localhost", 9230],
  ["my-mac.local:9230", "my-mac.local", 9230],
  ["[::1]:9230", "::1", 9230],
  ["[::1]", "::1", 9229],
];

for (const [text, hostname, port] of addresses) {
  Deno.test(`parseInspect(${text})`, () => {
    assert.deepEqual(parseInspect(text), { hostname, port });
  });
}

for (
  const text of [
    "",
    "shop",
    "./shop",
    "0",
    "65536",
    "a:b",
    "a b",
    "::1",
    "--x",
    "localhost:",
    "http://a:1",
  ]
) {
  Deno.test(`parseInspect(${JSON.stringify(text)}) names the remedy`, () => {
    assert.throws(() => parseInspect(text), {
      name: "SyntaxError",
      message: /Give a port, HOST:PORT .+ ddsrv dev PATH --inspect=9229$/,
    });
  });
}
