import fc from "fast-check";
import assert from "node:assert/strict";
import { BlockList } from "node:net";
import {
  type Egress,
  type EgressList,
  type EgressRule,
  formatEgress,
  formatEgressRule,
  parseEgress,
  tightenEgress,
} from "../../lib/config/egress.ts";
import { formatIpv4Address, type Ipv4Network } from "../../lib/config/ipv4_network.ts";
import { isMetadata, PRIVATE_NETWORKS } from "../../lib/config/special_networks.ts";

/** One connection that a function might make, by address or by a name that it looks up. */
interface Attempt {
  readonly address?: number;
  readonly name?: string;
  readonly port: number;
}

const privateAddresses = new BlockList();
for (const text of PRIVATE_NETWORKS) {
  const [address = "", prefix = "32"] = text.split("/");
  privateAddresses.addSubnet(address, Number(prefix), "ipv4");
}

const isPrivate = (address: number): boolean => privateAddresses.check(formatIpv4Address(address));

/** Reference implementation of an egress policy, without ceilings. */
function opens(egress: Egress, { address, name, port }: Attempt): boolean {
  if (egress === "none") return false;
  if (egress === "full") return true;
  if (egress === "internet") return address === undefined || !isPrivate(address);
  return egress.rules.some((rule) => {
    if (rule.port !== undefined && rule.port !== port) return false;
    if (rule.type === "name") return rule.name === name;
    const { base, size } = rule.network as Ipv4Network;
    return address !== undefined && address >= base && address < base + size;
  });
}

const PORTS = [80, 443, 5_432];
/** The parser returns objects with a prototype. */
const PLAIN = { noNullPrototype: true };

const NAMES = ["a.example", "b.example", "a.b.example"];

// Few addresses, so that networks overlap: at the edges of private networks, and at random.
const address = fc.oneof(
  fc.constantFrom(0x0a00_0000, 0x0aff_ffff, 0x0b00_0000, 0xac0f_ffff, 0xc0a8_0000, 0xdfff_ffff),
  fc.integer({ min: 0x0a00_0000, max: 0x0a00_000f }),
  fc.nat({ max: 2 ** 32 - 1 }),
);

const network = fc.tuple(address, fc.constantFrom(0, 1, 4, 8, 9, 16, 24, 29, 30, 31, 32))
  .map(([one, prefix]) => ({ base: one - one % 2 ** (32 - prefix), size: 2 ** (32 - prefix) }));

const rule: fc.Arbitrary<EgressRule> = fc.oneof(
  fc.record({
    type: fc.constant("network" as const),
    network: network.filter((one) => !isMetadata(one)),
    port: fc.constantFrom(undefined, ...PORTS),
  }, PLAIN),
  fc.record({
    type: fc.constant("name" as const),
    name: fc.constantFrom(...NAMES),
    port: fc.constantFrom(...PORTS),
  }, PLAIN),
);

const list: fc.Arbitrary<EgressList> = fc.record({
  rules: fc.array(rule, { maxLength: 5 }),
  isPublicOnly: fc.constant(false),
}, PLAIN);

const egress: fc.Arbitrary<Egress> = fc.oneof(
  fc.constantFrom("none" as const, "internet" as const, "full" as const),
  { weight: 4, arbitrary: list },
);

/**
 * A ceiling and a request under it. Requests often reuse parts of the ceiling, so that some pass.
 */
const question = egress.chain((ceiling) => {
  const parts = typeof ceiling === "string" || ceiling.rules.length === 0
    ? rule
    : fc.tuple(fc.constantFrom(...ceiling.rules), fc.nat(), fc.constantFrom(...PORTS))
      .map(([outer, chance, port]) => partOf(outer, chance, port));
  const within = fc.record({
    rules: fc.array(parts, { minLength: 1, maxLength: 3 }),
    isPublicOnly: fc.constant(false),
  }, PLAIN);
  return fc.tuple(fc.oneof(egress, within), fc.constant(ceiling));
});

function partOf(outer: EgressRule, chance: number, port: number): EgressRule {
  if (outer.type === "name") return outer;
  const { base, size } = outer.network as Ipv4Network;
  const part = 2 ** (chance % (Math.log2(size) + 1));
  const first = base + chance * part % size;
  const within = { base: first - first % part, size: part };
  return { type: "network", network: within, port: outer.port ?? port };
}

function attemptsOn(...all: readonly Egress[]): Attempt[] {
  const edges = all.flatMap((one) => typeof one === "string" ? [] : one.rules)
    .flatMap((one) => one.type === "network" ? [one.network as Ipv4Network] : [])
    .flatMap(({ base, size }) => [base - 1, base, base + size / 2, base + size - 1, base + size])
    .map(Math.floor).filter((one) => one >= 0 && one < 2 ** 32);
  return [0, ...PORTS, 65_535].flatMap((port) => [
    ...edges.map((one) => ({ address: one, port })),
    ...NAMES.map((name) => ({ name, port })),
  ]);
}

Deno.test("tightenEgress() allows nothing above the ceiling", () => {
  let allowed = 0;
  fc.assert(
    fc.property(question, ([asked, ceiling]) => {
      const result = tightenEgress(asked, ceiling);
      if (result.type === "refused") return;
      allowed++;
      for (const attempt of attemptsOn(asked, ceiling)) {
        const isGranted = opens(result.egress, attempt);
        assert.ok(!isGranted || opens(ceiling, attempt), JSON.stringify(attempt));
        assert.equal(isGranted, opens(asked, attempt));
      }
      // Addresses of names are not known here: they follow from the list.
      if (typeof result.egress !== "string") {
        assert.equal(result.egress.isPublicOnly, ceiling === "internet");
      }
    }),
    { numRuns: 5_000 },
  );
  assert.ok(allowed > 500, `only ${allowed} were allowed`);
});

Deno.test("tightenEgress() refuses for something that was asked, and that no part covers", () => {
  fc.assert(
    fc.property(question, ([asked, ceiling]) => {
      const result = tightenEgress(asked, ceiling);
      if (result.type === "allowed") return;
      if (typeof asked === "string") return assert.equal(result.excess, asked);
      const excess = asked.rules.find((one) => formatEgressRule(one) === result.excess);
      assert.ok(excess !== undefined);
      const alone = tightenEgress({ ...asked, rules: [excess] }, ceiling);
      assert.deepEqual(alone, result);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("tightenEgress() allows under a ceiling what it allowed before", () => {
  fc.assert(
    fc.property(question, ([asked, ceiling]) => {
      const once = tightenEgress(asked, ceiling);
      if (once.type === "allowed") assert.deepEqual(tightenEgress(once.egress, ceiling), once);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("parseEgress() reads what formatEgress() writes", () => {
  fc.assert(
    fc.property(list.filter(({ rules }) => rules.length > 0), (one) => {
      assert.deepEqual(parseEgress(formatEgress(one)), one);
    }),
    { numRuns: 2_000 },
  );
});
