import assert from "node:assert/strict";
import {
  contains,
  formatIpv4Network,
  intersects,
  parseIpv4Network,
} from "../../lib/config/ipv4_network.ts";

const networks: readonly [text: string, base: number | undefined, size?: number][] = [
  ["10.0.0.0/8", 10 * 2 ** 24, 2 ** 24],
  ["10.1.2.3", 10 * 2 ** 24 + 2 ** 16 + 2 * 256 + 3, 1],
  ["10.1.2.3/31", 10 * 2 ** 24 + 2 ** 16 + 2 * 256 + 2, 2],
  ["255.255.255.255/32", 2 ** 32 - 1, 1],
  ["0.0.0.0/0", 0, 2 ** 32],
  ["192.168.1.2/0", 0, 2 ** 32],
  ["default", undefined],
  ["10.0.0.256", undefined],
  ["10.0.0.0/33", undefined],
  ["10.0.0.0/", undefined],
  ["10.0.0", undefined],
  ["fe80::/64", undefined],
  ["", undefined],
];

for (const [text, base, size] of networks) {
  Deno.test(`parseIpv4Network() of "${text}"`, () => {
    assert.deepEqual(parseIpv4Network(text), base === undefined ? undefined : { base, size });
  });
}

for (const text of ["0.0.0.0/0", "10.0.0.0/8", "192.0.2.128/25", "255.255.255.255"]) {
  Deno.test(`formatIpv4Network() returns "${text}" unchanged`, () => {
    assert.equal(formatIpv4Network(parseIpv4Network(text)!), text);
  });
}

const pairs: readonly [one: string, other: string, contains: boolean, intersects: boolean][] = [
  ["10.0.0.0/8", "10.1.2.3", true, true],
  ["10.1.2.3", "10.0.0.0/8", false, true],
  ["10.0.0.0/8", "10.0.0.0/8", true, true],
  ["10.0.0.0/9", "10.128.0.0/9", false, false],
  ["0.0.0.0/0", "255.255.255.255", true, true],
  ["11.0.0.0/8", "10.255.255.255", false, false],
];

for (const [one, other, isContained, isMet] of pairs) {
  Deno.test(`contains() and intersects() of ${one} and ${other}`, () => {
    const [outer, inner] = [parseIpv4Network(one)!, parseIpv4Network(other)!];
    assert.equal(contains(outer, inner), isContained);
    assert.equal(intersects(outer, inner), isMet);
  });
}
