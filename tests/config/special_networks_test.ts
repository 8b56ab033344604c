import assert from "node:assert/strict";
import { parseIpNetwork } from "../../lib/config/ip_network.ts";
import {
  EMBEDDING_NETWORKS,
  isEmbedding,
  isMetadata,
  isPublic,
  METADATA_NETWORKS,
  METADATA_NETWORKS6,
  PRIVATE_NETWORKS,
  PRIVATE_NETWORKS6,
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
  ["fe80::1", true, false],
  ["febf:ffff::1", true, false],
  ["fec0::1", false, false],
  ["fd00:ec2::254", true, false],
  ["fd00:ec3::1", false, false],
  ["fd20:ce::254", true, false],
  ["fd20:ce::255", false, false],
  ["fd00:42::42", true, false],
  ["fc00::1", false, false],
  ["ff02::1", false, false],
  ["::", false, false],
  ["::1", false, false],
  ["1fff::1", false, false],
  ["2000::1", false, true],
  ["2001:1ff:ffff::1", false, false],
  ["2001:200::1", false, true],
  ["2001:db7::1", false, true],
  ["2001:db8::1", false, false],
  ["2001:db9::1", false, true],
  ["2002::1", false, false],
  ["2003::1", false, true],
  ["3ffe:ffff::1", false, true],
  ["3fff:fff::1", false, false],
  ["3fff:1000::1", false, true],
  ["4000::1", false, false],
  ["8000::1", false, false],
  ["2600::/12", false, true],
  ["2000::/3", false, false],
  ["::/0", false, false],
];

for (const [text, isCloud, isOutside] of networks) {
  Deno.test(`isMetadata() and isPublic() of ${text}`, () => {
    const network = parseIpNetwork(text)!;
    assert.equal(isMetadata(network), isCloud);
    assert.equal(isPublic(network), isOutside);
  });
}

Deno.test("the special networks are networks, and none of them is public", () => {
  const all = [METADATA_NETWORKS, METADATA_NETWORKS6, PRIVATE_NETWORKS, PRIVATE_NETWORKS6];
  for (const text of [...all.flat(), ...EMBEDDING_NETWORKS]) {
    const network = parseIpNetwork(text);
    assert.ok(network !== undefined && !isPublic(network), text);
  }
});

const embedded: readonly [text: string, isEmbedding: boolean][] = [
  ["::1", true],
  ["::10.0.0.1", true],
  ["::ffff:10.0.0.1", true],
  ["::ffff:0:10.0.0.1", true],
  ["64:ff9b::10.0.0.1", true],
  ["64:ff9b:1:2::1", true],
  ["64:ff9c::10.0.0.1", false],
  ["2001::1", true],
  ["2001:1::1", false],
  ["2002:a00:1::1", true],
  ["2003:a00:1::1", false],
  ["::1:0:0:1", false],
  ["10.0.0.1", false],
];

for (const [text, expected] of embedded) {
  Deno.test(`isEmbedding() of ${text}`, () => {
    assert.equal(isEmbedding(parseIpNetwork(text)!), expected);
  });
}
