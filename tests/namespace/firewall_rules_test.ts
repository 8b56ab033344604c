import assert from "node:assert/strict";
import { addressPair, parseAddressRange } from "../../lib/namespace/address.ts";
import { registerRules, tableRules, unregisterRules } from "../../lib/namespace/firewall_rules.ts";
import { ownerOf } from "../../lib/namespace/owner.ts";

const owner = ownerOf("a1b2c3");
const range = parseAddressRange("10.213.0.0/16");
const lease = {
  index: 1,
  namespace: `${owner.namespacePrefix}1`,
  interface: `${owner.interfacePrefix}1`,
  addresses: addressPair(range, 1),
};

function rules(resolvers: readonly string[] = ["192.0.2.53", "192.0.2.54"]): string {
  return tableRules({
    owner,
    range,
    resolvers,
    supervisorUid: 1_234,
    isCounting: true,
    isNoting: true,
    maxConnections: 6_400,
  });
}

/** Returns the lines of one chain or set, without braces. */
function block(kind: "chain" | "set", name: string): string[] {
  const match = new RegExp(`^  ${kind} ${name} {\n([^}]*(?:{[^}]*}[^}]*)*?)^  }`, "m").exec(
    rules(),
  );
  assert.ok(match, `no ${kind} ${name}`);
  return match[1]!.trimEnd().split("\n").map((line) => line.trim());
}

Deno.test("tableRules() creates or replaces the table in one transaction", () => {
  const [add, remove, make] = rules().split("\n");
  assert.deepEqual([add, remove, make], [
    `add table inet ${owner.table}`,
    `delete table inet ${owner.table}`,
    `table inet ${owner.table} {`,
  ]);
});

Deno.test("tableRules() is balanced", () => {
  const text = rules();
  assert.equal(text.split("{").length, text.split("}").length);
});

for (const chain of ["prerouting", "input", "forward", "output", "postrouting"]) {
  Deno.test(`tableRules() accepts packets of other interfaces in ${chain}`, () => {
    const [hook, ...lines] = block("chain", chain);
    assert.match(hook!, / hook (\w+) .*policy accept;$/);
    assert.equal(/ hook (\w+) /.exec(hook!)![1], chain);
    const ours = `"${owner.interfacePrefix}*"`;
    if (chain === "postrouting") {
      assert.deepEqual(lines, [`ip saddr ${range.cidr} oifname != ${ours} masquerade`]);
    } else {
      assert.ok(lines.some((line) => /^[io]ifname != "\w+\*" accept$/.test(line)));
      assert.ok(lines.join("\n").includes(`ifname != ${ours} accept`));
    }
  });
}

Deno.test("tableRules() refuses the rest at the end of each chain", () => {
  for (const chain of ["input", "forward"]) {
    assert.equal(block("chain", chain).at(-1), "jump deny", chain);
  }
  assert.equal(block("chain", "output").at(-1), "jump refuse");
  assert.equal(block("chain", "deny").at(-1), "goto refuse");
  assert.equal(block("chain", "prerouting").at(-1), "counter name spoofed drop");
});

Deno.test("tableRules() allows only replies towards functions", () => {
  const forward = block("chain", "forward");
  const ours = `"${owner.interfacePrefix}*"`;
  const answers = forward.indexOf(`oifname ${ours} ct state established,related accept`);
  const others = forward.indexOf(`oifname ${ours} jump deny`);
  const outside = forward.indexOf(`iifname != ${ours} accept`);
  assert.ok(0 < answers && answers < others && others < outside);
});

Deno.test("tableRules() refuses metadata before it allows anything", () => {
  const forward = block("chain", "forward");
  const metadata = forward.indexOf("ip daddr @metadata jump deny");
  assert.ok(metadata > 0);
  for (const out of ["iifname @full accept", "iifname @internet ip daddr != @private accept"]) {
    assert.ok(forward.indexOf(out) > metadata, out);
  }
  assert.match(block("set", "metadata").join(" "), /elements = { 169\.254\.0\.0\/16, /);
});

for (
  const network of [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
  ]
) {
  Deno.test(`tableRules() counts ${network} as private`, () => {
    assert.ok(block("set", "private").join(" ").includes(` ${network}`));
  });
}

Deno.test("tableRules() allows the given resolvers only on port 53", () => {
  assert.ok(block("set", "resolvers").includes("elements = { 192.0.2.53, 192.0.2.54 }"));
  assert.deepEqual(block("chain", "ask_resolver"), [
    "ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 accept",
  ]);
});

Deno.test("tableRules() notes refusals of functions alone, each source within a rate", () => {
  const [foreign, known, note] = block("chain", "note");
  assert.equal(foreign, `iifname != "${owner.interfacePrefix}*" return`);
  assert.match(known!, / @refused return$/);
  assert.match(
    note!,
    /^update @noting { ip saddr limit rate 10\/minute burst 20 packets } add @refused {/,
  );
  for (const name of ["refused", "noting"]) assert.ok(block("set", name).includes("size 4096"));
});

Deno.test("tableRules() has no empty list of elements", () => {
  assert.doesNotMatch(rules([]), /elements = {\s*}/);
  assert.match(rules([]), /set resolvers {\n {4}type ipv4_addr\n\s*}/);
});

Deno.test("tableRules() allows only the supervisor's user to connect to functions", () => {
  const accepts = block("chain", "output").filter((line) => line.startsWith("meta skuid"));
  assert.deepEqual(accepts, ["meta skuid 1234 accept"]);
});

const source = `inet ${owner.table} sources { "${lease.interface}" . 10.213.0.3 }\n`;

Deno.test("registerRules() binds the interface to its address", () => {
  assert.equal(registerRules(owner, { lease, egress: "none" }), `add element ${source}`);
});

for (const egress of ["internet", "full"] as const) {
  Deno.test(`registerRules() adds egress ${egress} to its set, unregisterRules() removes it`, () => {
    const set = `inet ${owner.table} ${egress} { "${lease.interface}" }\n`;
    const registration = { lease, egress };
    assert.equal(registerRules(owner, registration), `add element ${source}add element ${set}`);
    assert.equal(
      unregisterRules(owner, registration),
      `delete element ${source}delete element ${set}`,
    );
  });
}
