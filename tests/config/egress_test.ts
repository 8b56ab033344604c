import assert from "node:assert/strict";
import {
  type Egress,
  EGRESS_KINDS,
  type EgressRule,
  formatEgress,
  formatEgressRule,
  MAX_EGRESS_RULES,
  parseEgress,
  parseEgressRule,
  tightenEgress,
} from "../../lib/config/egress.ts";
import { networkOf } from "../../lib/config/ipv6_network.ts";

function network(base: number, size: number, port?: number): EgressRule {
  return { type: "network", network: { base, size }, port };
}

/** First address of 2001:db8::/32. */
const DOCS = 0x2001_0db8n << 96n;

function network6(first: bigint, prefix: number, port?: number): EgressRule {
  return { type: "network", network: networkOf(first, prefix), port };
}

const host = (name: string, port: number): EgressRule => ({ type: "name", name, port });

const label63 = "a".repeat(63);
const name253 = [label63, label63, label63, "a".repeat(61)].join(".");

const rules: readonly [text: string, rule: EgressRule, written?: string][] = [
  ["api.example.com:443", host("api.example.com", 443)],
  ["API.Example.COM:443", host("api.example.com", 443), "api.example.com:443"],
  ["localhost:1", host("localhost", 1)],
  ["a:65535", host("a", 65_535)],
  ["a:00443", host("a", 443), "a:443"],
  ["xn--bcher-kva.example:80", host("xn--bcher-kva.example", 80)],
  ["1and1.example:80", host("1and1.example", 80)],
  ["4.3.2.1.in-addr.arpa:53", host("4.3.2.1.in-addr.arpa", 53)],
  [`${name253}:1`, host(name253, 1)],
  ["192.0.2.1", network(0xc000_0201, 1)],
  ["192.0.2.1:5432", network(0xc000_0201, 1, 5_432)],
  ["192.0.2.1/32:1", network(0xc000_0201, 1, 1), "192.0.2.1:1"],
  ["10.0.0.0/8", network(0x0a00_0000, 2 ** 24)],
  ["10.0.0.0/08", network(0x0a00_0000, 2 ** 24), "10.0.0.0/8"],
  ["10.0.0.0/8:65535", network(0x0a00_0000, 2 ** 24, 65_535)],
  ["0.0.0.0/0", network(0, 2 ** 32)],
  ["0.0.0.0/0:443", network(0, 2 ** 32, 443)],
  ["255.255.255.255", network(2 ** 32 - 1, 1)],
  ["[2001:db8::1]", network6(DOCS + 1n, 128)],
  ["[2001:DB8:0::1]:443", network6(DOCS + 1n, 128, 443), "[2001:db8::1]:443"],
  ["2001:db8::/32", network6(DOCS, 32)],
  ["[2001:db8::/32]", network6(DOCS, 32), "2001:db8::/32"],
  ["[2001:db8::/32]:80", network6(DOCS, 32, 80)],
  ["[2001:db8::1/128]:1", network6(DOCS + 1n, 128, 1), "[2001:db8::1]:1"],
  ["::/0", network6(0n, 0)],
  // Of it, only what is no metadata service is reachable.
  ["fd00::/8", network6(0xfdn << 120n, 8)],
  // More than metadata alone: what of it is metadata, the firewall refuses.
  ["169.254.0.0/15", network(0xa9fe_0000, 2 ** 17)],
  ["169.253.255.255", network(0xa9fd_ffff, 1)],
  ["100.100.100.201", network(0x6464_64c9, 1)],
];

for (const [text, rule, written = text] of rules) {
  Deno.test(`parseEgressRule() reads "${text}"`, () => {
    assert.deepEqual(parseEgressRule(text), rule);
  });

  Deno.test(`formatEgressRule() writes "${written}"`, () => {
    assert.equal(formatEgressRule(rule), written);
    assert.deepEqual(parseEgressRule(written), rule);
  });
}

const none = /^"[^]*" is not a destination\. Write api\.example\.com:443, 192\.0\.2\.1:5432, 10\.0/;
const portless = /has no port\. Write the port too/;
const ragged = /has bits set after its prefix\. Write/;

const unreadable: readonly [text: string, message: RegExp][] = [
  ["", none],
  [":", none],
  [":443", none],
  ["host:", none],
  ["host:0", none],
  ["host:00000", none],
  ["host:65536", none],
  ["host:99999", none],
  ["host:000443", none],
  ["host:443:443", none],
  ["host:-1", none],
  ["host:+1", none],
  ["host:4e2", none],
  ["host:0x50", none],
  ["host:443 ", none],
  [" host:443", none],
  ["ho st:443", none],
  ["host :443", none],
  ["host: 443", none],
  ["host:443\n", none],
  ["host\n:443", none],
  ["host:443\nother:443", none],
  ["host\0:443", none],
  ["host:4\u00003", none],
  ["host:٤٤٣", none],
  ["*.x:443", none],
  ["*:443", none],
  ["x.*:443", none],
  [".x:443", none],
  ["x.:443", none],
  ["a..b:443", none],
  ["-a.b:443", none],
  ["a-.b:443", none],
  ["a_b.example:443", none],
  ["bücher.example:443", none],
  ["ｅxample:443", none],
  ["user@host:443", none],
  ["host,other:443", none],
  ["host;other:443", none],
  ['"host":443', none],
  ["{host}:443", none],
  ["https://host:443", none],
  ["host/24:443", none],
  ["host/path", none],
  [`${"a".repeat(64)}.example:443`, none],
  [`${name253}a:1`, none],
  ["a".repeat(296) + ":443", none],
  ["1.2.3", none],
  ["1.2.3:1", none],
  ["127.1:80", none],
  ["2130706433:80", none],
  ["1.2.3.4.5:1", none],
  ["1.2.3.4.:1", none],
  [".1.2.3.4:1", none],
  ["10.0.0.256", none],
  ["10.0.0.0/33", none],
  ["10.0.0.0/-1", none],
  ["10.0.0.0/", none],
  ["10.0.0.0/8/8", none],
  ["10.0.0.0/255.0.0.0", none],
  ["10.0.0.0/8:0", none],
  ["10.0.0.0/8:", none],
  ["10.0.0.0:80/8", none],
  ["1٠.0.0.1:80", none],
  // It may be meant as an address, or as one with a port.
  ["2001:db8::1", none],
  ["2001:db8::1:443", none],
  ["2001:db8::/32:443", none],
  ["[2001:db8::1]443", none],
  ["[2001:db8::1]:", none],
  ["[2001:db8::1]:0", none],
  ["[2001:db8::1", none],
  ["[2001:db8::1]/64", none],
  ["[10.0.0.1]:443", none],
  ["[api.example.com]:443", none],
  ["[]:443", none],
  ["::ffff:10.0.0.1", none],
  ["fe80::1%eth0", none],
  ["[fe80::1%eth0]:80", none],
  ["[2001:db8::1]:443,[2001:db8::2]:443", none],
  ["2001:db8::1/32", ragged],
  ["[2001:db8::1/64]:443", ragged],
  ["api.example.com", /has no port\. Write the port too: api\.example\.com:443$/],
  ["localhost", portless],
  ["none", portless],
  ["full", portless],
  ["*", none],
  ["10.0.0.5/8", /^"10\.0\.0\.5\/8" has bits set after its prefix\. Write 10\.0\.0\.0\/8 for the/],
  ["10.0.0.5/8:443", ragged],
  ["192.0.2.1/31", ragged],
  ["192.168.1.1/0", ragged],
  ["169.254.169.254/0", ragged],
  // The C library would read the first byte as octal.
  ["010.0.0.1", none],
  ["10.0.0.1-10.0.0.9:80", none],
  ["0x7f.1:80", none],
  ["host.1:80", none],
  ["*.x", none],
];

for (const [text, message] of unreadable) {
  Deno.test(`parseEgressRule() refuses ${JSON.stringify(text).slice(0, 60)}`, () => {
    assert.throws(() => parseEgressRule(text), { name: "SyntaxError", message });
  });
}

for (
  const text of [
    "169.254.169.254",
    "169.254.169.254:80",
    "169.254.169.254/32",
    "169.254.0.0/16",
    "169.254.0.0/16:80",
    "169.254.128.0/17",
    "169.254.0.0",
    "169.254.255.255:1",
    "100.100.100.200",
    "100.100.100.200:80",
    "192.0.0.192",
    "[fd00:ec2::254]:80",
    "[FD00:0EC2::254]",
    "fd00:ec2::/32",
    "[fe80::1]:80",
    "fe80::/64",
    "[fd20:ce::254]",
  ]
) {
  Deno.test(`parseEgressRule() refuses ${text}, which functions can never reach`, () => {
    assert.throws(() => parseEgressRule(text), {
      name: "RangeError",
      message: `"${text}" is a cloud's metadata service, which has credentials. Functions ` +
        "can't reach it. Remove it",
    });
  });
}

for (const kind of EGRESS_KINDS) {
  Deno.test(`parseEgress() reads the kind ${kind}`, () => {
    assert.equal(parseEgress(kind), kind);
    assert.equal(formatEgress(kind), kind);
  });
}

Deno.test("parseEgress() reads destinations with commas between them", () => {
  assert.deepEqual(parseEgress("api.example.com:443, 10.0.0.0/8 ,192.0.2.1:1"), {
    rules: [
      host("api.example.com", 443),
      network(0x0a00_0000, 2 ** 24),
      network(0xc000_0201, 1, 1),
    ],
    isPublicOnly: false,
  });
});

for (
  const [text, message] of [
    ["", /^"" is not a kind of egress\. Choose none, internet, full, or list destinations/],
    ["some", /"some" is not a kind of egress/],
    ["FULL", /is not a kind of egress/],
    [" full", /is not a kind of egress/],
    ["none,full", /is not a kind of egress/],
    ["full,a.example:443", portless],
    ["a.example:443,", none],
    [",a.example:443", none],
    ["a.example:443,,b.example:443", none],
    ["a.example:443;b.example:443", none],
    ["a.example:443 b.example:443", none],
    ["a.example:443,10.0.0.5/8", ragged],
  ] as const
) {
  Deno.test(`parseEgress() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseEgress(text), { name: "SyntaxError", message });
  });
}

Deno.test("parseEgress() accepts the maximum number of destinations, and no more", () => {
  const texts = Array.from({ length: MAX_EGRESS_RULES }, (_, index) => `192.0.2.${index}`);
  const egress = parseEgress(texts.join(","));
  assert.ok(typeof egress !== "string");
  assert.equal(egress.rules.length, MAX_EGRESS_RULES);
  assert.throws(() => parseEgress([...texts, "192.0.2.99"].join(",")), {
    name: "RangeError",
    message: "More than 64 destinations. Use networks instead",
  });
});

Deno.test("formatEgress() writes what parseEgress() reads", () => {
  const text = rules.map(([, rule]) => formatEgressRule(rule)).join(", ");
  assert.equal(formatEgress(parseEgress(text)), text);
  assert.equal(formatEgress({ rules: [], isPublicOnly: false }), "none");
});

/** An egress list; of no destination for `[]`. */
function egressOf(text: string): Egress {
  return text === "[]" ? { rules: [], isPublicOnly: false } : parseEgress(text);
}

const tightened: readonly [asked: string, ceiling: string, excess?: string][] = [
  ["none", "none"],
  ["none", "10.0.0.0/8"],
  ["none", "[]"],
  ["internet", "none", "internet"],
  ["internet", "internet"],
  ["internet", "full"],
  ["internet", "0.0.0.0/0", "internet"],
  ["full", "none", "full"],
  ["full", "internet", "full"],
  ["full", "full"],
  ["full", "0.0.0.0/0", "full"],
  ["full", "[]", "full"],
  ["[]", "none"],
  ["[]", "internet"],
  ["[]", "10.0.0.0/8"],
  ["[]", "[]"],
  ["a.example:443", "none", "a.example:443"],
  ["192.0.2.1:443", "none", "192.0.2.1:443"],
  ["a.example:443", "[]", "a.example:443"],
  ["a.example:443", "internet"],
  ["192.0.2.1", "internet"],
  ["1.0.0.0/8:80", "internet"],
  ["10.0.0.1:80", "internet", "10.0.0.1:80"],
  ["127.0.0.1:80", "internet", "127.0.0.1:80"],
  ["100.64.0.1", "internet", "100.64.0.1"],
  ["198.18.0.1", "internet", "198.18.0.1"],
  ["224.0.0.1:80", "internet", "224.0.0.1:80"],
  ["255.255.255.255", "internet", "255.255.255.255"],
  // Of these a part is private.
  ["0.0.0.0/0:443", "internet", "0.0.0.0/0:443"],
  ["172.0.0.0/8", "internet", "172.0.0.0/8"],
  ["a.example:443,192.0.2.1,10.0.0.1,10.0.0.2", "internet", "10.0.0.1"],
  ["10.0.0.1:80,a.example:443,0.0.0.0/0", "full"],
  ["10.0.0.0/8", "10.0.0.0/8"],
  ["10.1.0.0/16", "10.0.0.0/8"],
  ["10.1.2.3:443", "10.0.0.0/8"],
  ["10.0.0.0/7", "10.0.0.0/8", "10.0.0.0/7"],
  ["11.0.0.1", "10.0.0.0/8", "11.0.0.1"],
  ["9.255.255.255", "10.0.0.0/8", "9.255.255.255"],
  ["10.0.0.1:443", "10.0.0.0/8:443"],
  ["10.0.0.1:80", "10.0.0.0/8:443", "10.0.0.1:80"],
  ["10.0.0.1", "10.0.0.0/8:443", "10.0.0.1"],
  ["10.0.0.1:80", "10.0.0.0/8:443,192.0.2.1:80", "10.0.0.1:80"],
  ["10.0.0.1:80", "10.0.0.0/8:443,10.0.0.1:80"],
  ["a.example:443", "a.example:443"],
  ["A.EXAMPLE:443", "a.example:443"],
  ["a.example:80", "a.example:443", "a.example:80"],
  ["b.a.example:443", "a.example:443", "b.a.example:443"],
  ["a.example:443", "b.a.example:443", "a.example:443"],
  // A name is not what it leads to, nor the other way round.
  ["a.example:443", "0.0.0.0/0", "a.example:443"],
  ["192.0.2.1:443", "a.example:443", "192.0.2.1:443"],
];

for (const [asked, ceiling, excess] of tightened) {
  const verdict = excess === undefined ? "allows" : "refuses";
  Deno.test(`tightenEgress() ${verdict} ${asked} under ${ceiling}`, () => {
    const egress = egressOf(asked);
    const isPublicOnly = ceiling === "internet";
    assert.deepEqual(
      tightenEgress(egress, egressOf(ceiling)),
      excess === undefined
        ? {
          type: "allowed",
          egress: typeof egress === "string" ? egress : { rules: egress.rules, isPublicOnly },
        }
        : { type: "refused", excess },
    );
  });
}

for (
  const text of [
    "[::1]:80",
    "[::]",
    "[::10.0.0.1]:80",
    "[::ffff:169.254.169.254]:80",
    "::ffff:0:0/96",
    "[64:ff9b::10.0.0.1]:443",
    "64:ff9b::/96",
    "[2002:a00:1::1]:80",
    "2002::/16",
    "[2001:0:a00:1::1]",
  ]
) {
  Deno.test(`parseEgressRule() refuses ${text}, which contains IPv4 addresses`, () => {
    assert.throws(() => parseEgressRule(text), {
      name: "RangeError",
      message: `"${text}" contains IPv4 addresses, and may lead to any of them. Functions can't ` +
        "reach it. List the IPv4 addresses",
    });
  });
}

const ceilings: readonly [asked: string, ceiling: string, isAllowed: boolean][] = [
  ["[3ffe:ffff::1]:443", "internet", true],
  ["[fd77::1]:443", "internet", false],
  ["[fec0::1]:443", "internet", false],
  ["[2001:db8::1]:443", "internet", false],
  ["::/0", "internet", false],
  ["::/0", "full", true],
  ["[fd77::1]:443", "fd77::/16", true],
  ["[fd77::1]:443", "[fd77::/16]:443", true],
  ["[fd77::1]:80", "[fd77::/16]:443", false],
  ["fd76::/15", "fd77::/16", false],
  ["[fd77::1]:443", "10.0.0.0/8", false],
  ["[fd77::1]:443", "0.0.0.0/0", false],
  ["10.0.0.1:443", "::/0", false],
  ["[fd77::1]:443", "none", false],
];

for (const [asked, ceiling, isAllowed] of ceilings) {
  Deno.test(`tightenEgress() ${isAllowed ? "allows" : "refuses"} ${asked} under ${ceiling}`, () => {
    const { type } = tightenEgress(parseEgress(asked), parseEgress(ceiling));
    assert.equal(type, isAllowed ? "allowed" : "refused");
  });
}

Deno.test("egress is plain data, which JSON can write", () => {
  const egress = parseEgress("[2001:db8::1]:443,fd77::/16,10.0.0.0/8,a.test:443");
  assert.deepEqual(JSON.parse(JSON.stringify(egress)).rules, [
    { type: "network", network: networkOf(DOCS + 1n, 128), port: 443 },
    { type: "network", network: networkOf(0xfd77n << 112n, 16) },
    { type: "network", network: { base: 0x0a00_0000, size: 2 ** 24 } },
    { type: "name", name: "a.test", port: 443 },
  ]);
});
