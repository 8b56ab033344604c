import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { peerKeyOf } from "../../lib/proxy/peer_key.ts";
import { type PeerAccount, PeerTable } from "../../lib/proxy/peer_table.ts";

const keys: readonly (readonly [address: string, key: string])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:201", "192.0.2.1"],
  ["0:0:0:0:0:ffff:c000:201", "192.0.2.1"],
  ["0:0::00:0ffff:1", "0:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:DB8::ffff:1", "2001:db8:0:0::/64"],
  ["2001:db8:0:0:1:2:3:4", "2001:db8:0:0::/64"],
  ["2001:0db8:0000:0001::", "2001:db8:0:1::/64"],
  ["2001:db8:1:2:3:4:5::", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
];

for (const [address, key] of keys) {
  Deno.test(`peerKeyOf() maps ${address} to ${key}`, () => {
    equal(peerKeyOf(address), key);
  });
}

Deno.test("peerKeyOf() maps exactly the addresses of one /64 to the same key", () => {
  const group = fc.nat(0xffff).map((number) => number.toString(16));
  const groups = fc.array(group, { minLength: 8, maxLength: 8 });
  fc.assert(fc.property(groups, groups, (one, other) => {
    const neighbour = [...one.slice(0, 4), ...other.slice(4)].join(":");
    equal(peerKeyOf(one.join(":")), peerKeyOf(neighbour));
    const isSame = one.slice(0, 4).join() === other.slice(0, 4).join();
    equal(peerKeyOf(one.join(":")) === peerKeyOf(other.join(":")), isSame);
  }));
});

Deno.test("PeerTable.enter() limits a /64 as one peer, and does not limit an exempt address", () => {
  const peers = new PeerTable();
  const stranger = { isExempt: false, maxConnections: 2 };
  ok(peers.enter("2001:db8::1", stranger));
  ok(peers.enter("2001:db8::2", stranger));
  equal(peers.enter("2001:db8::3", stranger), undefined);
  ok(peers.enter("2001:db8:0:1::1", stranger));
  for (let count = 0; count < 5; count++) {
    ok(peers.enter("2001:db8::4", { ...stranger, isExempt: true }));
  }
});

Deno.test("PeerTable.enter() lets a connection in if another one gives way, and 64 that are not closed yet", () => {
  const peers = new PeerTable();
  let answer = true;
  const entering = { isExempt: false, maxConnections: 2, makeRoom: () => answer };
  const enter = (): boolean => peers.enter("192.0.2.1", entering) !== undefined;
  ok([1, 2, 3].every(enter));
  answer = false;
  equal(enter(), false);
  answer = true;
  ok(Array.from({ length: 63 }, enter).every((isIn) => isIn));
  equal(enter(), false);
});

Deno.test("PeerTable counts at most maxConnections and removes peers without connections", () => {
  const act = fc.record({ isIn: fc.boolean(), peer: fc.nat(3), isExempt: fc.boolean() });
  fc.assert(fc.property(fc.array(act, { maxLength: 100 }), (acts) => {
    const peers = new PeerTable();
    const entered: PeerAccount[] = [];
    for (const { isIn, peer, isExempt } of acts) {
      if (isIn) {
        const account = peers.enter(`192.0.2.${peer}`, { isExempt, maxConnections: 3 });
        if (account !== undefined) entered.push(account);
      } else {
        const [account] = entered.splice(peer, 1);
        if (account !== undefined) peers.leave(account);
      }
      for (const account of entered) {
        equal(account.connections, entered.filter((one) => one === account).length);
        ok(account.isExempt || account.connections <= 3);
      }
    }
    for (const account of entered) peers.leave(account);
    equal(peers.size, 0);
  }));
});
