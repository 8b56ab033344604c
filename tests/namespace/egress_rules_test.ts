import assert from "node:assert/strict";
import { addressPair, parseAddressRange } from "../../lib/namespace/address.ts";
import type { EgressElements } from "../../lib/namespace/egress_elements.ts";
import {
  registerRules,
  type Registration,
  tableRules,
  unregisterRules,
  updateRules,
} from "../../lib/namespace/firewall_rules.ts";
import { ownerOf } from "../../lib/namespace/owner.ts";

const owner = ownerOf("a1b2c3");
const range = parseAddressRange("10.213.0.0/16");
const lease = {
  index: 1,
  namespace: `${owner.namespacePrefix}1`,
  interface: `${owner.interfacePrefix}1`,
  addresses: addressPair(range, 1),
};

const name = `"${lease.interface}"`;

function line(verb: "add" | "delete", element: string): string {
  return `${verb} element inet ${owner.table} ${element}\n`;
}

const list: EgressElements = {
  networks: ["10.0.0.0/8", "192.0.2.1"],
  services: ["192.0.2.2 . 443", "198.51.100.0/24 . 80"],
};

for (
  const [verb, rules] of [["add", registerRules], ["delete", unregisterRules]] as const
) {
  Deno.test(`${rules.name}() uses ${verb} for each element of an egress list`, () => {
    assert.equal(
      rules(owner, { lease, egress: list }),
      [
        `sources { ${name} . 10.213.0.3 }`,
        `networks { ${name} . 10.0.0.0/8 }`,
        `networks { ${name} . 192.0.2.1 }`,
        `services { ${name} . 192.0.2.2 . 443 }`,
        `services { ${name} . 198.51.100.0/24 . 80 }`,
      ].map((element) => line(verb, element)).join(""),
    );
  });

  Deno.test(`${rules.name}() of an empty egress list contains only the interface`, () => {
    assert.equal(
      rules(owner, { lease, egress: { networks: [], services: [] } }),
      line(verb, `sources { ${name} . 10.213.0.3 }`),
    );
  });
}

const updates: readonly [
  what: string,
  before: Registration["egress"],
  after: Registration["egress"],
  expected: readonly (readonly ["add" | "delete", element: string])[],
][] = [
  ["nothing without a difference", list, structuredClone(list), []],
  ["nothing for another order", list, {
    networks: list.networks.toReversed(),
    services: list.services.toReversed(),
  }, []],
  ["nothing from none to an empty list", "none", { networks: [], services: [] }, []],
  ["new elements", { networks: [], services: [] }, { networks: ["192.0.2.1"], services: [] }, [
    ["add", `networks { ${name} . 192.0.2.1 }`],
  ]],
  ["removed elements", list, { ...list, services: ["192.0.2.2 . 443"] }, [
    ["delete", `services { ${name} . 198.51.100.0/24 . 80 }`],
  ]],
  // In the other order, a network would overlap its replacement for a moment.
  ["removed elements before new ones", list, {
    networks: ["10.0.0.0/9", "192.0.2.1"],
    services: ["192.0.2.3 . 443", "198.51.100.0/24 . 80"],
  }, [
    ["delete", `networks { ${name} . 10.0.0.0/8 }`],
    ["delete", `services { ${name} . 192.0.2.2 . 443 }`],
    ["add", `networks { ${name} . 10.0.0.0/9 }`],
    ["add", `services { ${name} . 192.0.2.3 . 443 }`],
  ]],
  ["a changed port", { networks: [], services: ["192.0.2.2 . 443"] }, {
    networks: [],
    services: ["192.0.2.2 . 44"],
  }, [
    ["delete", `services { ${name} . 192.0.2.2 . 443 }`],
    ["add", `services { ${name} . 192.0.2.2 . 44 }`],
  ]],
  ["a kind for another", "internet", "full", [
    ["delete", `internet { ${name} }`],
    ["add", `full { ${name} }`],
  ]],
  ["a list for a kind", "full", { networks: ["10.0.0.0/8"], services: [] }, [
    ["delete", `full { ${name} }`],
    ["add", `networks { ${name} . 10.0.0.0/8 }`],
  ]],
];

for (const [what, before, after, expected] of updates) {
  Deno.test(`updateRules() changes ${what}`, () => {
    assert.equal(
      updateRules(owner, { lease, egress: before }, { lease, egress: after }),
      expected.map(([verb, element]) => line(verb, element)).join(""),
    );
  });
}

Deno.test("updateRules() never touches the source of a namespace", () => {
  const full: Registration = { lease, egress: "full" };
  for (const [one, other] of [[full, { lease, egress: "none" }], [{ lease, egress: list }, full]]) {
    const rules = updateRules(owner, one as Registration, other as Registration);
    assert.doesNotMatch(rules, / sources /);
  }
});

Deno.test("tableRules() allows lists after it refuses metadata, without resolvers", () => {
  const text = tableRules({
    owner,
    range,
    resolvers: ["192.0.2.53"],
    supervisorUid: 0,
    isCounting: true,
    isNoting: true,
    maxConnections: 6_400,
  });
  const forward = /chain forward {([^]*?)\n {2}}/.exec(text)![1]!;
  const metadata = forward.indexOf("ip daddr @metadata jump deny");
  for (
    const way of [
      "iifname . ip daddr @networks accept",
      "meta l4proto { tcp, udp } iifname . ip daddr . th dport @services accept",
    ]
  ) {
    assert.ok(metadata > 0 && forward.indexOf(way) > metadata, way);
  }
  assert.doesNotMatch(text, /@(networks|services) jump ask_resolver/);
});

Deno.test("tableRules() limits connections of each and of all, if the kernel can count", () => {
  const options = {
    owner,
    range,
    resolvers: [],
    supervisorUid: 0,
    isNoting: false,
    maxConnections: 6_400,
  };
  const count = /add @flows \{ ip saddr ct count over \d+ \} jump refuse/g;
  const crowd = /add @crowd \{ th sport & 63 ct count over (\d+) \} jump crowded/g;
  const counting = tableRules({ ...options, isCounting: true });
  assert.equal(counting.match(count)?.length, 2);
  assert.deepEqual([...counting.matchAll(crowd)].map(([, most]) => most), ["100", "100"]);
  assert.doesNotMatch(tableRules({ ...options, isCounting: false }), /ct count|jump crowded/);
  assert.match(tableRules({ ...options, isCounting: true, maxConnections: 1 }), /count over 1 }/);
});

Deno.test("tableRules() refuses without a note where the kernel can't note", () => {
  const options = { owner, range, resolvers: [], supervisorUid: 0, maxConnections: 6_400 };
  const text = tableRules({ ...options, isCounting: true, isNoting: false });
  assert.doesNotMatch(text, /@noting|@refused|jump note/);
  assert.match(text, /chain deny {\n {4}goto refuse\n/);
});
