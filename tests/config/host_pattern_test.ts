import assert from "node:assert/strict";
import { coversHost, parseHostPattern } from "../../lib/config/host_pattern.ts";

Deno.test("parseHostPattern() returns hosts and patterns in lower case and in ASCII", () => {
  const rows: readonly [string, string][] = [
    ["shop.example.org", "shop.example.org"],
    ["Shop.EXAMPLE.org", "shop.example.org"],
    ["*.Example.org", "*.example.org"],
    ["intranet", "intranet"],
    ["Bücher.example", "xn--bcher-kva.example"],
    ["*.bücher.example", "*.xn--bcher-kva.example"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["1.example", "1.example"],
  ];
  for (const [text, pattern] of rows) assert.equal(parseHostPattern(text), pattern, text);
});

Deno.test("parseHostPattern() refuses addresses, localhost and what is no host name", () => {
  const rows: readonly string[] = [
    ...["", ".", "*", "*.", "*.*.example", "a.*.example", "*example.org", ".example.org"],
    ...[
      "example.org.",
      "a..b",
      "-a.b",
      "a-.b",
      "a_b.example",
      "a b",
      "a/b",
      "a\0.example",
      "é\0.b",
    ],
    ...["example.org:443", "http://example.org", "user@example.org", "%61.example"],
    ...["192.0.2.1", "*.2.0.192.1", "127.1", "0x7f.1", "1.2.0x", "::1", "[::1]", "２.１"],
    ...["localhost", "LocalHost", "a.localhost", "*.localhost"],
    ...["x".repeat(64) + ".example", "a.".repeat(127) + "example"],
  ];
  for (const text of rows) {
    assert.throws(() => parseHostPattern(text), { name: "SyntaxError" }, text);
  }
});

Deno.test("coversHost() compares whole labels, and patterns as well", () => {
  const rows: readonly [string, string, boolean][] = [
    ["shop.test", "shop.test", true],
    ["shop.test", "a.shop.test", false],
    ["*.example.org", "a.example.org", true],
    ["*.example.org", "a.b.example.org", true],
    ["*.example.org", "example.org", false],
    ["*.example.org", "evilexample.org", false],
    ["*.example.org", "*.example.org", true],
    ["*.example.org", "*.a.example.org", true],
    ["*.a.example.org", "*.example.org", false],
    ["a.example.org", "*.example.org", false],
  ];
  for (const [pattern, host, isCovered] of rows) {
    assert.equal(coversHost([pattern], host), isCovered, `${pattern} ${host}`);
  }
  assert.equal(coversHost([], "shop.test"), false);
});
