import assert from "node:assert/strict";
import {
  parseCidr,
  parseDomain,
  parseHostName,
  parseListenAddress,
} from "../../lib/config/network_address.ts";

Deno.test("parseCidr() reads addresses and networks", () => {
  const rows: readonly [string, string, number, string][] = [
    ["192.0.2.1", "192.0.2.1", 32, "ipv4"],
    ["10.0.0.0/8", "10.0.0.0", 8, "ipv4"],
    ["0.0.0.0/0", "0.0.0.0", 0, "ipv4"],
    ["::1", "::1", 128, "ipv6"],
    ["fd00::/8", "fd00::", 8, "ipv6"],
    ["::ffff:10.0.0.0/104", "10.0.0.0", 8, "ipv4"],
    ["::ffff:a00:1", "10.0.0.1", 32, "ipv4"],
    ["::ffff:0:0/95", "::ffff:0:0", 95, "ipv6"],
  ];
  for (const [text, address, prefix, family] of rows) {
    assert.deepEqual(parseCidr(text), { address, prefix, family }, text);
  }
});

for (
  const text of ["", "x", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "fe80::1%eth0", "a.b/8"]
) {
  Deno.test(`parseCidr() refuses "${text}"`, () => {
    assert.throws(() => parseCidr(text), {
      name: "SyntaxError",
      message: /neither an address nor/,
    });
  });
}

Deno.test("parseDomain() returns the domain in lower case", () => {
  for (const text of ["example.org", "a", "xn--bcher-kva.example", "A-1.Example.ORG"]) {
    assert.equal(parseDomain(text), text.toLowerCase());
  }
});

for (
  const text of ["", ".", "*.example.org", "example.org:80", "-a.b", "a..b", "192.0.2.1", "a_b"]
) {
  Deno.test(`parseDomain() refuses "${text}"`, () => {
    assert.throws(() => parseDomain(text), { name: "SyntaxError", message: /is not a domain/ });
  });
}

Deno.test("parseHostName() returns the name in lower case", () => {
  for (const text of ["ddsrv", "Metrics.Example.org", "shop_ddsrv_1", "a-b"]) {
    assert.equal(parseHostName(text), text.toLowerCase());
  }
});

for (const text of ["", ".", "a..b", "-a", "ddsrv:9998", "192.0.2.1", "::1", "[::1]", "a b", "*"]) {
  Deno.test(`parseHostName() refuses "${text}"`, () => {
    assert.throws(() => parseHostName(text), { name: "SyntaxError", message: /not a host name/ });
  });
}

Deno.test("parseListenAddress() reads addresses and names", () => {
  for (const text of ["::", "::1", "0.0.0.0", "2001:db8::1", "localhost"]) {
    assert.equal(parseListenAddress(text), text);
  }
});

for (
  const [text, message] of [
    ["fe80::1%eth0", /^"fe80::1%eth0" has the zone of an interface, which ddsrv does not support/],
    ["[::]", /^"\[::\]" has brackets, which only URLs need\. Give ::$/],
  ] as const
) {
  Deno.test(`parseListenAddress() refuses ${text}`, () => {
    assert.throws(() => parseListenAddress(text), { name: "SyntaxError", message });
  });
}
