import assert from "node:assert/strict";
import { parseResolvers } from "../../lib/namespace/resolvers.ts";

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
    assert.deepEqual(parseResolvers(text), resolvers);
  });
}
