import fc from "fast-check";
import assert from "node:assert/strict";
import { type EgressList, type EgressRule, parseEgress } from "../../lib/config/egress.ts";
import {
  contains,
  formatIpv4Address,
  intersects,
  type Ipv4Network,
  parseIpv4Network,
} from "../../lib/config/ipv4_network.ts";
import { isMetadata, isPublic } from "../../lib/config/special_networks.ts";
import { egressElements, isOpen } from "../../lib/namespace/egress_elements.ts";

/** Addresses of names in all tests here. */
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  "one.test": ["192.0.2.1"],
  "two.test": ["192.0.2.2", "192.0.2.1"],
  "inner.test": ["10.1.2.3"],
  "cloud.test": ["169.254.169.254", "100.100.100.200", "192.0.0.192", "192.0.2.9"],
  "six.test": ["2001:db8::6", "", "x", "192.0.2.6"],
  "embedded.test": ["::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "3ffe:ffff::7"],
  "nowhere.test": [],
};

const addressesOf = (name: string): readonly string[] => ADDRESSES[name] ?? [];

function listOf(text: string, isPublicOnly = false): EgressList {
  const egress = text === "" ? { rules: [] } : parseEgress(text);
  assert.ok(typeof egress !== "string");
  return { rules: egress.rules, isPublicOnly };
}

const rows: readonly [
  what: string,
  list: EgressList,
  networks: readonly string[],
  services: readonly string[],
][] = [
  ["nothing", listOf(""), [], []],
  ["networks on all ports", listOf("10.0.0.0/8,192.0.2.1"), ["10.0.0.0/8", "192.0.2.1"], []],
  [
    "networks on a port",
    listOf("10.0.0.0/8:443,192.0.2.1:22"),
    [],
    ["10.0.0.0/8 . 443", "192.0.2.1 . 22"],
  ],
  ["a name", listOf("one.test:443"), [], ["192.0.2.1 . 443"]],
  ["a name with two addresses", listOf("two.test:1"), [], ["192.0.2.1 . 1", "192.0.2.2 . 1"]],
  ["names with an address in common", listOf("one.test:443,two.test:443"), [], [
    "192.0.2.1 . 443",
    "192.0.2.2 . 443",
  ]],
  ["a name on two ports", listOf("one.test:80,one.test:443"), [], [
    "192.0.2.1 . 443",
    "192.0.2.1 . 80",
  ]],
  ["a network twice", listOf("10.0.0.0/8,10.0.0.0/8"), ["10.0.0.0/8"], []],
  ["overlapping networks", listOf("10.1.0.0/16,10.0.0.0/8,10.1.2.3"), ["10.0.0.0/8"], []],
  ["a name's address in a network", listOf("inner.test:80,10.0.0.0/8:80"), [], [
    "10.0.0.0/8 . 80",
  ]],
  ["adjacent networks", listOf("10.128.0.0/9,10.0.0.0/9"), [
    "10.0.0.0/9",
    "10.128.0.0/9",
  ], []],
  // Two sets: elements of one may overlap those of the other.
  ["a network on all ports and on one", listOf("10.0.0.0/8,10.0.0.1:80"), ["10.0.0.0/8"], [
    "10.0.0.1 . 80",
  ]],
  ["a network on two ports", listOf("10.0.0.0/8:80,10.0.0.0/8:443,10.0.0.1:443"), [], [
    "10.0.0.0/8 . 443",
    "10.0.0.0/8 . 80",
  ]],
  ["a name with a metadata address", listOf("cloud.test:80"), [], ["192.0.2.9 . 80"]],
  ["a name with an IPv6 address", listOf("six.test:80"), [], [
    "192.0.2.6 . 80",
    "2001:db8::6 . 80",
  ]],
  ["IPv6 networks, and one inside another", listOf("fd77::/16,[fd77::1],fd78::/16"), [
    "fd77::/16",
    "fd78::/16",
  ], []],
  ["an IPv6 service", listOf("[fd77::1]:443"), [], ["fd77::1 . 443"]],
  ["a name with addresses that contain IPv4 ones", listOf("embedded.test:80"), [], [
    "3ffe:ffff::7 . 80",
  ]],
  ["a name without addresses", listOf("nowhere.test:80,unknown.test:80"), [], []],
  ["a name with a private address", listOf("inner.test:80"), [], ["10.1.2.3 . 80"]],
  [
    "a name with a private address, where only public are allowed",
    listOf("inner.test:80", true),
    [],
    [],
  ],
  [
    "a name with a metadata address, where only public are allowed",
    listOf("cloud.test:80", true),
    [],
    [
      "192.0.2.9 . 80",
    ],
  ],
];

for (const [what, list, networks, services] of rows) {
  Deno.test(`egressElements() of ${what}`, () => {
    assert.deepEqual(egressElements(list, addressesOf), { networks, services });
  });
}

Deno.test("egressElements() ignores the order of rules and addresses", () => {
  const texts = ["10.0.0.0/8", "two.test:80", "192.0.2.7", "one.test:443", "10.9.0.0/16:80"];
  const one = egressElements(listOf(texts.join(",")), addressesOf);
  const other = egressElements(
    listOf(texts.toReversed().join(",")),
    (name) => addressesOf(name).toReversed(),
  );
  assert.deepEqual(one, other);
});

for (
  const [address, always, publicOnly] of [
    ["192.0.2.1", true, true],
    ["10.0.0.1", true, false],
    ["127.0.0.1", true, false],
    ["169.254.169.254", false, false],
    ["100.100.100.200", false, false],
    ["192.0.0.192", false, false],
  ] as const
) {
  Deno.test(`isOpen() of ${address}`, () => {
    const network = parseIpv4Network(address)!;
    assert.deepEqual([isOpen(network, false), isOpen(network, true)], [always, publicOnly]);
  });
}

const address = fc.oneof(
  fc.integer({ min: 0x0a00_0000, max: 0x0a00_001f }),
  fc.integer({ min: 0xa9fe_fff0, max: 0xa9ff_000f }),
  fc.constantFrom(0x6464_64c8, 0xc000_00c0, 0xc000_00c1, 0x0808_0808),
  fc.nat({ max: 2 ** 32 - 1 }),
);

const network = fc.tuple(address, fc.constantFrom(4, 8, 15, 24, 27, 29, 30, 31, 32))
  .map(([one, prefix]) => ({ base: one - one % 2 ** (32 - prefix), size: 2 ** (32 - prefix) }))
  .filter((one) => !isMetadata(one));

const port = fc.constantFrom(80, 443);

const rule: fc.Arbitrary<EgressRule> = fc.oneof(
  fc.record({
    type: fc.constant("network" as const),
    network,
    port: fc.oneof(fc.constant(undefined), port),
  }),
  fc.record({ type: fc.constant("name" as const), name: fc.constantFrom("a", "b"), port }),
);

const world = fc.record({
  rules: fc.array(rule, { maxLength: 8 }),
  isPublicOnly: fc.boolean(),
  a: fc.array(address, { maxLength: 4 }),
  b: fc.array(address, { maxLength: 4 }),
}).map(({ rules, isPublicOnly, a, b }) => ({
  list: {
    // With that ceiling, no list contains a private network.
    rules: rules.filter((one) => !isPublicOnly || one.type === "name" || isPublic(one.network)),
    isPublicOnly,
  },
  addresses: { a, b } as Readonly<Record<string, readonly number[]>>,
}));

interface Element {
  readonly network: Ipv4Network;
  readonly port: number | undefined;
}

/** Parses both sets. */
function elementsOf({ list, addresses }: typeof world extends fc.Arbitrary<infer World> ? World
  : never): readonly [networks: Element[], services: Element[]] {
  const { networks, services } = egressElements(
    list,
    (name) => addresses[name]!.map(formatIpv4Address),
  );
  const read = (text: string): Element => {
    const [destination = "", digits] = text.split(" . ");
    const network = parseIpv4Network(destination);
    assert.ok(network !== undefined, text);
    return { network, port: digits === undefined ? undefined : Number(digits) };
  };
  return [networks.map(read), services.map(read)];
}

Deno.test("egressElements() returns elements that never overlap within a set", () => {
  fc.assert(
    fc.property(world, (one) => {
      for (const set of elementsOf(one)) {
        for (const [index, element] of set.entries()) {
          const clash = set.slice(index + 1).find((other) =>
            other.port === element.port && intersects(other.network, element.network)
          );
          assert.equal(clash, undefined);
        }
      }
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("egressElements() allows exactly the listed destinations", () => {
  fc.assert(
    fc.property(world, (one) => {
      const wanted = one.list.rules.flatMap((rule): Element[] =>
        rule.type === "network"
          ? [{ ...rule, network: rule.network as Ipv4Network }]
          : one.addresses[rule.name]!.map((base) => ({
            network: { base, size: 1 },
            port: rule.port,
          }))
            .filter(({ network }) =>
              !isMetadata(network) && (!one.list.isPublicOnly || isPublic(network))
            )
      );
      const found = elementsOf(one).flat();
      for (const [inner, outer] of [[wanted, found], [found, wanted]]) {
        for (const element of inner!) {
          assert.ok(
            outer!.some((other) =>
              other.port === element.port && contains(other.network, element.network)
            ),
            JSON.stringify(element),
          );
        }
      }
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("egressElements() excludes metadata addresses, and private ones if only public are allowed", () => {
  fc.assert(
    fc.property(world, (one) => {
      for (const { network } of elementsOf(one).flat()) {
        assert.ok(!isMetadata(network));
        assert.ok(!one.list.isPublicOnly || isPublic(network));
      }
    }),
    { numRuns: 3_000 },
  );
});
