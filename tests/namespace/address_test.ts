import assert from "node:assert/strict";
import {
  addressPair,
  nextRange,
  overlaps,
  PAIRS_PER_RANGE,
  parseAddressRange,
} from "../../lib/namespace/address.ts";
import { parseIpv4Network } from "../../lib/config/ipv4_network.ts";

for (
  const [cidr, base] of [
    ["10.213.0.0/16", 10 * 2 ** 24 + 213 * 2 ** 16],
    ["0.0.0.0/16", 0],
    ["223.255.0.0/16", 0xdfff0000],
  ] as const
) {
  Deno.test(`parseAddressRange() parses ${cidr}`, () => {
    assert.deepEqual(parseAddressRange(cidr), { cidr, base });
  });
}

const invalid = [
  "",
  "10.213.0.0",
  "10.213.0.0/8",
  "10.213.0.0/24",
  "10.213.1.0/16",
  "10.256.0.0/16",
  "224.0.0.0/16",
  "1000.1.0.0/16",
  "10.213.0.0/16\n",
  " 10.213.0.0/16",
  "fd00::/16",
];

for (const cidr of invalid) {
  Deno.test(`parseAddressRange() refuses ${JSON.stringify(cidr)}`, () => {
    assert.throws(() => parseAddressRange(cidr), {
      name: "SyntaxError",
      message: `"${cidr}" is not an address range. Set an IPv4 /16, such as 10.213.0.0/16`,
    });
  });
}

for (
  const [from, to] of [
    ["10.213.0.0/16", "10.214.0.0/16"],
    ["10.255.0.0/16", "10.0.0.0/16"],
    ["223.255.0.0/16", "223.0.0.0/16"],
  ] as const
) {
  Deno.test(`nextRange() of ${from} is ${to}`, () => {
    assert.deepEqual(nextRange(parseAddressRange(from)), parseAddressRange(to));
  });
}

Deno.test("nextRange() returns to the start after exactly 256 steps", () => {
  const seen = new Set<string>();
  let range = parseAddressRange("10.213.0.0/16");
  for (let step = 0; step < 256; step++, range = nextRange(range)) seen.add(range.cidr);
  assert.equal(seen.size, 256);
  assert.equal(range.cidr, "10.213.0.0/16");
});

const pairs: readonly [index: number, host: string, peer: string][] = [
  [1, "10.213.0.2", "10.213.0.3"],
  [127, "10.213.0.254", "10.213.0.255"],
  [128, "10.213.1.0", "10.213.1.1"],
  [32_767, "10.213.255.254", "10.213.255.255"],
];

for (const [index, host, peer] of pairs) {
  Deno.test(`addressPair() ${index} is ${host} and ${peer}`, () => {
    const pair = addressPair(parseAddressRange("10.213.0.0/16"), index);
    assert.deepEqual(pair, { host, peer, ordinal: 213 * 32_768 + index });
  });
}

for (const index of [0, -1, 1.5, NaN, PAIRS_PER_RANGE]) {
  Deno.test(`addressPair() refuses ${index}`, () => {
    assert.throws(() => addressPair(parseAddressRange("10.213.0.0/16"), index), {
      name: "RangeError",
      message: `No address pair ${index}: the index must be from 1 to 32767`,
    });
  });
}

Deno.test("addressPair() returns ordinals that differ between ranges and fit a user id", () => {
  const last = addressPair(parseAddressRange("10.0.0.0/16"), 32_767).ordinal;
  const next = addressPair(parseAddressRange("10.1.0.0/16"), 1).ordinal;
  assert.ok(next > last);
  const highest = addressPair(parseAddressRange("10.255.0.0/16"), 32_767).ordinal;
  assert.ok(1_879_048_192 + highest < 2 ** 31);
});

const meetings: readonly [network: string, expected: boolean][] = [
  ["10.213.0.0/16", true],
  ["10.213.255.255", true],
  ["10.213.0.0", true],
  ["10.0.0.0/8", true],
  ["0.0.0.0/0", true],
  ["10.212.0.0/15", true],
  ["10.212.255.255", false],
  ["10.214.0.0/16", false],
  ["10.214.0.0", false],
];

for (const [network, expected] of meetings) {
  Deno.test(`overlaps() of 10.213.0.0/16 and ${network} is ${expected}`, () => {
    const range = parseAddressRange("10.213.0.0/16");
    assert.equal(overlaps(range, parseIpv4Network(network)!), expected);
  });
}
