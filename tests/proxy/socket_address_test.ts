import assert from "node:assert/strict";
import { socketAddress } from "../../lib/proxy/socket_address.ts";

const rows: readonly [address: string, expected: string | undefined][] = [
  ["192.0.2.1", "192.0.2.1:80"],
  ["2001:db8::1", "[2001:db8::1]:80"],
  ["::ffff:192.0.2.1", "[::ffff:192.0.2.1]:80"],
  ["fe80::1%eth0", undefined],
  ["192.0.2.01", undefined],
  ["192.0.2", undefined],
  ["192.0.2.1:80", undefined],
  ["[2001:db8::1]", undefined],
  ["1::2::3", undefined],
  ["unknown", undefined],
  ["", undefined],
];

for (const [address, expected] of rows) {
  Deno.test(`socketAddress() of ${JSON.stringify(address)}`, () => {
    assert.equal(socketAddress(address, 80), expected);
  });
}

Deno.test("socketAddress() makes only what Deno takes as the client's address", async () => {
  const code = `const server = Deno.serve({ port: 0, onListen() {} }, (_request, { remoteAddr }) =>
      Response.json([remoteAddr.hostname, remoteAddr.port]));
    for (const sent of ${JSON.stringify(rows.flatMap(([, sent]) => sent ?? []))}) {
      const headers = { "x-deno-client-address": sent };
      const response = await fetch("http://127.0.0.1:" + server.addr.port, { headers });
      console.log((await response.json()).join(" "));
    }
    await server.shutdown();`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: { DENO_TRUST_PROXY_HEADERS: "1", NO_COLOR: "1" },
  }).output();
  assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [
    "192.0.2.1 80",
    "2001:db8::1 80",
    "::ffff:192.0.2.1 80",
  ]);
});
