import assert from "node:assert/strict";
import { checkedAddressRange6 } from "../../lib/config/ipv6_mode.ts";

for (const text of ["fd00::/48", "fdd5:2d1c:9b60::/48", "fdff:ffff:ffff::/48"]) {
  Deno.test(`checkedAddressRange6() accepts ${text}`, () => {
    assert.equal(checkedAddressRange6(text), text);
  });
}

for (
  const text of [
    "",
    "fd00::",
    "fd00::/47",
    "fd00::/64",
    "fc00::/48",
    "2001:db8::/48",
    "10.0.0.0/16",
  ]
) {
  Deno.test(`checkedAddressRange6() refuses "${text}"`, () => {
    assert.throws(() => checkedAddressRange6(text), {
      name: "SyntaxError",
      message: `"${text}" is not an IPv6 address range. Give a /48 of fd00::/8, such as ` +
        "fdd5:2d1c:9b60::/48 (RFC 4193)",
    });
  });
}
