import assert from "node:assert/strict";
import { chooseResolvers, parseResolvers } from "../../lib/namespace/resolvers.ts";

const cases: readonly [text: string, resolvers: readonly string[]][] = [
  ["", []],
  ["nameserver 192.0.2.53\n", ["192.0.2.53"]],
  ["nameserver 192.0.2.53", ["192.0.2.53"]],
  ["nameserver 192.0.2.1\nsearch lan\nnameserver\t192.0.2.2 \n", ["192.0.2.1", "192.0.2.2"]],
  ["nameserver 127.0.0.53\n", []],
  ["nameserver 127.0.0.11\nnameserver 192.0.2.53\n", ["192.0.2.53"]],
  ["nameserver 2001:db8::53\nnameserver 192.0.2.53\n", ["192.0.2.53"]],
  ["# nameserver 192.0.2.53\n; nameserver 192.0.2.53\n#nameserver 192.0.2.53\n", []],
  ["nameserver 192.0.2.53\r\nnameserver 192.0.2.54\r\n", ["192.0.2.53", "192.0.2.54"]],
  ["options nameserver 192.0.2.53\nnameservers 192.0.2.53\n", []],
  ["nameserver dns.example\n", []],
];

for (const [text, resolvers] of cases) {
  Deno.test(`parseResolvers() of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseResolvers(text, { hasIpv6: false }), resolvers);
  });
}

Deno.test("parseResolvers() returns resolvers of IPv6 that functions can reach, where they have IPv6", () => {
  const text = ["::1", "fe80::1%eth0", "fe80::1", "::ffff:127.0.0.53", "2001:db8::53", "192.0.2.53"]
    .map((address) => `nameserver ${address}\n`).join("");
  assert.deepEqual(parseResolvers(text, { hasIpv6: true }), ["2001:db8::53", "192.0.2.53"]);
  assert.deepEqual(parseResolvers(text, { hasIpv6: false }), ["192.0.2.53"]);
});

Deno.test("chooseResolvers() refuses a named resolver of IPv6 where functions have none", async () => {
  const named = ["192.0.2.53", "2001:db8::53"];
  assert.deepEqual(await chooseResolvers(named, { hasIpv6: true }), named);
  await assert.rejects(chooseResolvers(named, { hasIpv6: false }), {
    message:
      "Functions cannot reach the resolver 2001:db8::53, because they have no IPv6. Name one " +
      "with an IPv4 address, or choose --ipv6=on",
  });
});
