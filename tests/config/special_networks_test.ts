import assert from "node:assert/strict";
import { parseIpv4Network } from "../../lib/config/ipv4_network.ts";
import {
  isMetadata,
  isPublic,
  METADATA_NETWORKS,
  PRIVATE_NETWORKS,
} from "../../lib/config/special_networks.ts";

const networks: readonly [text: string, isMetadata: boolean, isPublic: boolean][] = [
  ["169.254.169.254", true, false],
  ["169.254.0.0/16", true, false],
  ["169.254.255.255", true, false],
  ["169.254.0.0/15", false, false],
  ["169.253.255.255", false, true],
  ["169.255.0.0", false, true],
  ["100.100.100.200", true, false],
  ["100.100.100.200/31", false, false],
  ["192.0.0.192", true, false],
  ["192.0.0.193", false, false],
  ["0.0.0.0/0", false, false],
  ["0.255.255.255", false, false],
  ["1.0.0.0", false, true],
  ["9.255.255.255", false, true],
  ["10.0.0.0", false, false],
  ["10.255.255.255", false, false],
  ["11.0.0.0", false, true],
  ["100.63.255.255", false, true],
  ["100.64.0.0", false, false],
  ["100.127.255.255", false, false],
  ["100.128.0.0", false, true],
  ["127.0.0.1", false, false],
  ["128.0.0.0", false, true],
  ["172.15.255.255", false, true],
  ["172.16.0.0", false, false],
  ["172.31.255.255", false, false],
  ["172.32.0.0", false, true],
  ["172.0.0.0/8", false, false],
  ["192.0.1.0", false, true],
  ["192.167.255.255", false, true],
  ["192.168.255.255", false, false],
  ["192.169.0.0", false, true],
  ["198.17.255.255", false, true],
  ["198.19.255.255", false, false],
  ["198.20.0.0", false, true],
  ["223.255.255.255", false, true],
  ["224.0.0.0", false, false],
  ["255.255.255.255", false, false],
  ["8.0.0.0/7", false, true],
  ["8.0.0.0/6", false, false],
];

for (const [text, isCloud, isOutside] of networks) {
  Deno.test(`isMetadata() and isPublic() of ${text}`, () => {
    const network = parseIpv4Network(text)!;
    assert.equal(isMetadata(network), isCloud);
    assert.equal(isPublic(network), isOutside);
  });
}

Deno.test("METADATA_NETWORKS and PRIVATE_NETWORKS are networks, and none of them is public", () => {
  for (const text of [...METADATA_NETWORKS, ...PRIVATE_NETWORKS]) {
    const network = parseIpv4Network(text);
    assert.ok(network !== undefined && !isPublic(network), text);
  }
});
