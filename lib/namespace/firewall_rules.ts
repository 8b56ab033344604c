import type { EgressKind } from "../config/egress.ts";
import type { AddressRange } from "./address.ts";
import type { AddressRange6 } from "./address6.ts";
import type { EgressElements } from "./egress_elements.ts";
import type { Lease } from "./lease.ts";
import type { Owner } from "./owner.ts";
import { FAMILIES, type FamilyRules, familySets } from "./firewall_families.ts";
import { noteRules } from "./refused_set.ts";

/** Options of {@linkcode tableRules}. */
export interface FirewallOptions {
  readonly owner: Owner;
  readonly range: AddressRange;
  /** Range of IPv6; functions have no IPv6 without it, and the firewall drops it. */
  readonly range6?: AddressRange6 | undefined;
  /** Addresses of resolvers that functions may use. */
  readonly resolvers: readonly string[];
  /** User id of the only processes that may connect to functions. */
  readonly supervisorUid: number;
  /** True if the kernel can count connections; otherwise nothing limits their number. */
  readonly isCounting: boolean;
  /** True if the kernel can note the destinations that it refuses to functions. */
  readonly isNoting: boolean;
  /** Maximum connections of all functions together, in addition to a minimum for each. */
  readonly maxConnections: number;
}

/**
 * Maximum concurrent connections of one function. The kernel tracks connections in one table for
 * the whole host, with space for tens or hundreds of thousands of connections.
 */
export const MAX_CONNECTIONS = 8_192;

/** A namespace in the table. */
export interface Registration {
  readonly lease: Lease;
  readonly egress: EgressKind | EgressElements;
}

/** Connections that a function may have even when all functions together reached their maximum. */
const MIN_CONNECTIONS = 256;

/**
 * Number of parts in which connections of all functions are counted, by the lowest bits of their
 * source port: for a new connection, the kernel searches all connections of its part. A power of
 * two.
 */
const CROWD_PARTS = 64;

/** Returns the rules that limit new connections of every transport protocol. */
function countNew(families: readonly FamilyRules[], maxConnections: number): string {
  const most = Math.max(1, Math.floor(maxConnections / CROWD_PARTS));
  return families.map(({ ip, suffix }) =>
    `    add @flows${suffix} { ${ip} saddr ct count over ${MAX_CONNECTIONS} } jump refuse
`
  ).join("") + `    add @crowd { th sport & ${CROWD_PARTS - 1} ct count over ${most} } jump crowded
`;
}

function crowded(families: readonly FamilyRules[]): string {
  const rules = families.map(({ ip, suffix }) =>
    `    add @few${suffix} { ${ip} saddr ct count over ${MIN_CONNECTIONS} } jump refuse
`
  );
  return `  chain crowded {
${rules.join("")}  }
`;
}

/**
 * A routing header makes routers change the destination after this firewall has seen it, so there is
 * none from functions (RFC 5095). Setting one needs no capability. Each namespace announces its
 * groups (RFC 3810) by itself, from an address that is none of its own. 58 is ICMPv6, whose name
 * hosts without /etc/protocols do not know.
 */
const IPV6_FIRST = `    exthdr rt exists counter name routed drop
    ip6 daddr ff00::/8 meta l4proto 58 drop
`;

const NOTHING = { sets: "", chain: "" } as const;

/**
 * Returns one `nft -f -` transaction that replaces the table. It matches interfaces by prefix, so
 * an unregistered one can't reach anything. A function is registered by adding elements to the
 * sets.
 */
export function tableRules(options: FirewallOptions): string {
  const { owner, range, resolvers, supervisorUid } = options;
  const ours = `"${owner.interfacePrefix}*"`;
  const { range6 } = options;
  const hasIpv6 = range6 !== undefined;
  const families = hasIpv6 ? FAMILIES : FAMILIES.slice(0, 1);
  const counting = options.isCounting ? countNew(families, options.maxConnections) : "";
  const noting = options.isNoting ? noteRules({ interfaces: ours, hasIpv6 }) : NOTHING;
  const each = (rule: (family: FamilyRules) => string): string =>
    families.map((family) => `    ${rule(family)}\n`).join("");
  return `add table inet ${owner.table}
delete table inet ${owner.table}
table inet ${owner.table} {
${families.map((family) => familySets(family, resolvers)).join("")}  set internet {
    type ifname
  }
  set full {
    type ifname
  }
  set crowd {
    type inet_service
    size ${CROWD_PARTS}
    flags dynamic
  }
${noting.sets}  counter spoofed {
  }
  counter routed {
  }
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname != ${ours} accept
${hasIpv6 ? IPV6_FIRST : ""}${
    each(({ ip, suffix }) => `iifname . ${ip} saddr @sources${suffix} accept`)
  }    counter name spoofed drop
  }
  chain input {
    type filter hook input priority filter; policy accept;
    iifname != ${ours} accept
    ct state established,related accept
${counting}    iifname @internet jump ask_resolver
    iifname @full jump ask_resolver
    jump deny
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    oifname ${ours} ct state established,related accept
    oifname ${ours} jump deny
    iifname != ${ours} accept
    ct state established,related accept
${counting}    iifname @internet jump ask_resolver
    iifname @full jump ask_resolver
${each(({ ip, suffix }) => `${ip} daddr @metadata${suffix} jump deny`)}    iifname @full accept
${each(({ ip, suffix }) => `iifname @internet ${ip} daddr != @private${suffix} accept`)}${
    each(({ ip, suffix }) => `iifname . ${ip} daddr @networks${suffix} accept`)
  }${
    each(({ ip, suffix }) =>
      `meta l4proto { tcp, udp } iifname . ${ip} daddr . th dport @services${suffix} accept`
    )
  }    jump deny
  }
  chain output {
    type filter hook output priority filter; policy accept;
    oifname != ${ours} accept
    meta skuid ${supervisorUid} accept
    ct state established,related accept
    tcp flags & rst == rst accept
    jump refuse
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${range.cidr} oifname != ${ours} masquerade
${hasIpv6 ? `    ip6 saddr ${range6.cidr} oifname != ${ours} masquerade\n` : ""}  }
  chain ask_resolver {
${
    each(({ ip, suffix }) =>
      `${ip} daddr @resolvers${suffix} meta l4proto { tcp, udp } th dport 53 accept`
    )
  }  }
${options.isCounting ? crowded(families) : ""}${noting.chain}  chain deny {
    ${options.isNoting ? "meta l4proto { tcp, udp } jump note\n    " : ""}goto refuse
  }
  chain refuse {
    meta l4proto tcp reject with tcp reset
    reject with icmpx admin-prohibited
  }
}
`;
}

/** Returns the rules that register a namespace with its egress. */
export function registerRules(owner: Owner, registration: Registration): string {
  return changeElements("add", owner, registration);
}

/** Returns the rules that remove a namespace. */
export function unregisterRules(owner: Owner, registration: Registration): string {
  return changeElements("delete", owner, registration);
}

/** Returns one transaction that changes the egress of a registered namespace. */
export function updateRules(owner: Owner, before: Registration, after: Registration): string {
  const [old, wanted] = [before, after].map((one) => egressLines(one));
  const removed = old!.filter((line) => !wanted!.includes(line));
  const added = wanted!.filter((line) => !old!.includes(line));
  return format("delete", owner, removed) + format("add", owner, added);
}

function changeElements(verb: "add" | "delete", owner: Owner, registration: Registration): string {
  const { interface: name, addresses, addresses6 } = registration.lease;
  const sources = [
    `sources { "${name}" . ${addresses.peer} }`,
    ...addresses6 === undefined ? [] : [`sources6 { "${name}" . ${addresses6.peer} }`],
  ];
  return format(verb, owner, [...sources, ...egressLines(registration)]);
}

/** Returns the sets, each with the element that allows the egress. */
function egressLines({ lease, egress }: Registration): string[] {
  const name = `"${lease.interface}"`;
  if (egress === "none") return [];
  if (typeof egress === "string") return [`${egress} { ${name} }`];
  const linesOf = (set: string, elements: readonly string[]): string[] =>
    elements.flatMap((element) => {
      const isIpv6 = element.includes(":");
      if (isIpv6 && lease.addresses6 === undefined) return [];
      return [`${set}${isIpv6 ? "6" : ""} { ${name} . ${element} }`];
    });
  return [...linesOf("networks", egress.networks), ...linesOf("services", egress.services)];
}

function format(verb: "add" | "delete", owner: Owner, lines: readonly string[]): string {
  return lines.map((line) => `${verb} element inet ${owner.table} ${line}\n`).join("");
}
