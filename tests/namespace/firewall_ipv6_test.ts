import assert from "node:assert/strict";
import { addressPair, parseAddressRange } from "../../lib/namespace/address.ts";
import { addressPair6, addressRange6 } from "../../lib/namespace/address6.ts";
import {
  registerRules,
  tableRules,
  unregisterRules,
  updateRules,
} from "../../lib/namespace/firewall_rules.ts";
import { ownerOf } from "../../lib/namespace/owner.ts";

const owner = ownerOf("a1b2c3");
const range = parseAddressRange("10.213.0.0/16");
const range6 = addressRange6("fdd5:2d1c:9b60::/48", range);
const lease = {
  index: 1,
  namespace: `${owner.namespacePrefix}1`,
  interface: `${owner.interfacePrefix}1`,
  addresses: addressPair(range, 1),
};
const lease6 = { ...lease, addresses6: addressPair6(range6, 1) };

const options = {
  owner,
  range,
  resolvers: ["192.0.2.53", "2001:db8::53"],
  supervisorUid: 0,
  isCounting: true,
  isNoting: true,
  maxConnections: 6_400,
};

const both = tableRules({ ...options, range6 });

function chain(name: string): string[] {
  const [, lines = ""] = new RegExp(`^  chain ${name} {\n([^]*?)\n  }`, "m").exec(both) ?? [];
  return lines.split("\n").map((line) => line.trim());
}

/** Returns the rule of IPv6 that says the same as one of IPv4. */
function twin(rule: string): string {
  return rule.replaceAll(/\bip (saddr|daddr)/g, "ip6 $1").replaceAll(
    /@([a-z]+)/g,
    (whole, name) => FAMILY_SETS.has(name) ? `${whole}6` : whole,
  ).replace(range.cidr, range6.cidr);
}

const FAMILY_SETS = new Set(
  "sources networks services resolvers metadata private flows few refused noting".split(" "),
);

Deno.test("tableRules() has no rule of IPv6 without a range", () => {
  assert.doesNotMatch(tableRules(options), /ip6|ipv6_addr|[a-z]6 \{|2001:db8/);
});

for (
  const name of [
    "prerouting",
    "input",
    "forward",
    "output",
    "postrouting",
    "ask_resolver",
    "crowded",
    "note",
  ]
) {
  Deno.test(`tableRules() has the same policy for both families in ${name}`, () => {
    const rules = chain(name);
    for (const rule of rules.filter((one) => /\bip [sd]addr/.test(one))) {
      assert.ok(rules.includes(twin(rule)), `${rule}\n${twin(rule)}`);
    }
  });
}

Deno.test("tableRules() refuses metadata and embedded addresses before it allows anything", () => {
  const forward = chain("forward");
  const refusal = forward.indexOf("ip6 daddr @metadata6 jump deny");
  assert.ok(refusal > 0);
  for (
    const rule of [
      "iifname @full accept",
      "iifname @internet ip6 daddr != @private6 accept",
      "iifname . ip6 daddr @networks6 accept",
    ]
  ) {
    assert.ok(forward.indexOf(rule) > refusal, rule);
  }
  const [, set = ""] = /set metadata6 {([^]*?)\n {2}}/.exec(both)!;
  for (const network of ["fe80::/10", "fd00:ec2::/32", "64:ff9b::/96", "2002::/16", "::/96"]) {
    assert.ok(set.includes(` ${network}`), network);
  }
});

Deno.test("tableRules() drops routing headers before it looks at a source", () => {
  const rules = chain("prerouting");
  const dropped = rules.indexOf("exthdr rt exists counter name routed drop");
  assert.ok(dropped > 0 && dropped < rules.indexOf("iifname . ip6 saddr @sources6 accept"));
});

Deno.test("tableRules() gives each family its own resolvers", () => {
  assert.match(both, /set resolvers {\n.*\n\s+elements = { 192\.0\.2\.53 }/);
  assert.match(both, /set resolvers6 {\n.*\n\s+elements = { 2001:db8::53 }/);
});

Deno.test("registerRules() binds the interface to both of its addresses", () => {
  const line = (verb: string, set: string, address: string): string =>
    `${verb} element inet ${owner.table} ${set} { "${lease.interface}" . ${address} }\n`;
  for (const [verb, rules] of [["add", registerRules], ["delete", unregisterRules]] as const) {
    assert.equal(
      rules(owner, { lease: lease6, egress: "none" }),
      line(verb, "sources", "10.213.0.3") + line(verb, "sources6", "fdd5:2d1c:9b60:ad5::3"),
    );
  }
});

Deno.test("updateRules() changes the sets of each family, and those of IPv6 only with IPv6", () => {
  const before = { networks: ["10.0.0.0/8"], services: [] };
  const after = { networks: ["fd77::/16"], services: ["fd78::1 . 443", "10.0.0.1 . 443"] };
  const lines = (of: typeof lease6 | typeof lease): string[] =>
    updateRules(owner, { lease: of, egress: before }, { lease: of, egress: after })
      .replaceAll(` inet ${owner.table}`, "").replaceAll(`"${lease.interface}" . `, "")
      .trim().split("\n");
  assert.deepEqual(lines(lease6), [
    "delete element networks { 10.0.0.0/8 }",
    "add element networks6 { fd77::/16 }",
    "add element services6 { fd78::1 . 443 }",
    "add element services { 10.0.0.1 . 443 }",
  ]);
  assert.deepEqual(lines(lease), [
    "delete element networks { 10.0.0.0/8 }",
    "add element services { 10.0.0.1 . 443 }",
  ]);
});
