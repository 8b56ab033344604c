import fc from "fast-check";
import assert from "node:assert/strict";
import { SocketAddress } from "node:net";
import {
  formatIpv6Address,
  formatIpv6Network,
  mappedIpv4,
  parseIpv6Address,
  parseIpv6Network,
} from "../../lib/config/ipv6_network.ts";

const addresses: readonly [text: string, address: bigint | undefined, formatted?: string][] = [
  ["::", 0n],
  ["::1", 1n],
  ["1::", 1n << 112n],
  ["2001:DB8:0:0::0001", 0x2001_0db8n << 96n | 1n, "2001:db8::1"],
  ["1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004_0005_0006_0007_0008n],
  ["1:0:0:2:0:0:0:3", 0x0001_0000_0000_0002_0000_0000_0000_0003n, "1:0:0:2::3"],
  ["1:0:2:3:4:5:6:7", 0x0001_0000_0002_0003_0004_0005_0006_0007n],
  ["::ffff:192.0.2.1", 0xffff_c000_0201n, "::ffff:c000:201"],
  ["64:ff9b::10.0.0.1", 0x64n << 112n | 0xff9bn << 96n | 0x0a00_0001n, "64:ff9b::a00:1"],
  ["fe80::1%eth0", undefined],
  ["::1%", undefined],
  ["[::1]", undefined],
  ["1:2:3:4:5:6:7", undefined],
  ["1::2::3", undefined],
  [":::", undefined],
  ["::g", undefined],
  ["::12345", undefined],
  ["::1 ", undefined],
  ["192.0.2.1", undefined],
  ["", undefined],
];

for (const [text, address, formatted = text] of addresses) {
  Deno.test(`parseIpv6Address() of "${text}"`, () => {
    assert.equal(parseIpv6Address(text), address);
    if (address !== undefined) assert.equal(formatIpv6Address(address), formatted);
  });
}

const networks: readonly [text: string, formatted: string | undefined][] = [
  ["::/0", "::/0"],
  ["2001:db8::/32", "2001:db8::/32"],
  ["2001:db8::17/124", "2001:db8::10/124"],
  ["2001:db8::1/128", "2001:db8::1"],
  ["2001:db8::1", "2001:db8::1"],
  ["::/129", undefined],
  ["::/00", undefined],
  ["::/", undefined],
  ["::/-1", undefined],
  ["::/64/64", undefined],
  ["fe80::%1/64", undefined],
  ["10.0.0.0/8", undefined],
];

for (const [text, formatted] of networks) {
  Deno.test(`parseIpv6Network() of "${text}"`, () => {
    const network = parseIpv6Network(text);
    assert.equal(network && formatIpv6Network(network), formatted);
  });
}

Deno.test("mappedIpv4() returns the IPv4 address of mapped addresses alone", () => {
  assert.equal(mappedIpv4(parseIpv6Address("::ffff:10.0.0.1")!), 0x0a00_0001);
  for (const text of ["::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::10.0.0.1", "1::ffff:10.0.0.1"]) {
    assert.equal(mappedIpv4(parseIpv6Address(text)!), undefined, text);
  }
});

Deno.test("formatIpv6Address() and parseIpv6Address() are inverse, and agree with the system", () => {
  const group = fc.oneof(fc.constant(0), fc.nat({ max: 0xffff }));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const long = groups.map((one) => one.toString(16)).join(":");
      const address = parseIpv6Address(long)!;
      const short = formatIpv6Address(address);
      assert.equal(parseIpv6Address(short), address);
      assert.equal(
        parseIpv6Address(new SocketAddress({ address: short, family: "ipv6" }).address),
        address,
      );
      assert.ok(short.length <= long.length);
    }),
  );
});
