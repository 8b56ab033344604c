import type { EgressKind } from "../config/egress.ts";
import { METADATA_NETWORKS, PRIVATE_NETWORKS } from "../config/special_networks.ts";
import type { AddressRange } from "./address.ts";
import type { EgressElements } from "./egress_elements.ts";
import type { Lease } from "./lease.ts";
import type { Owner } from "./owner.ts";
import { noteRules } from "./refused_set.ts";

/** Options of {@linkcode tableRules}. */
export interface FirewallOptions {
  readonly owner: Owner;
  readonly range: AddressRange;
  /** IPv4 addresses of resolvers that functions may use. */
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
function countNew(maxConnections: number): string {
  const most = Math.max(1, Math.floor(maxConnections / CROWD_PARTS));
  return `    add @flows { ip saddr ct count over ${MAX_CONNECTIONS} } jump refuse
    add @crowd { th sport & ${CROWD_PARTS - 1} ct count over ${most} } jump crowded
`;
}

const CROWDED = `  chain crowded {
    add @few { ip saddr ct count over ${MIN_CONNECTIONS} } jump refuse
  }
`;

/**
 * Returns one `nft -f -` transaction that replaces the table. It matches interfaces by prefix, so
 * an unregistered one can't reach anything. A function is registered by adding elements to the
 * sets.
 */
export function tableRules(options: FirewallOptions): string {
  const { owner, range, resolvers, supervisorUid } = options;
  const ours = `"${owner.interfacePrefix}*"`;
  const counting = options.isCounting ? countNew(options.maxConnections) : "";
  const noting = options.isNoting ? noteRules(ours) : { sets: "", chain: "" };
  return `add table inet ${owner.table}
delete table inet ${owner.table}
table inet ${owner.table} {
  set sources {
    type ifname . ipv4_addr
  }
  set internet {
    type ifname
  }
  set full {
    type ifname
  }
  set networks {
    type ifname . ipv4_addr
    flags interval
  }
  set services {
    type ifname . ipv4_addr . inet_service
    flags interval
  }
  set resolvers {
    type ipv4_addr
    ${elements(resolvers)}
  }
  set metadata {
    type ipv4_addr
    flags interval
    ${elements(METADATA_NETWORKS)}
  }
  set private {
    type ipv4_addr
    flags interval
    auto-merge
    ${elements(PRIVATE_NETWORKS)}
  }
  set flows {
    type ipv4_addr
    size 65535
    flags dynamic
  }
  set crowd {
    type inet_service
    size ${CROWD_PARTS}
    flags dynamic
  }
  set few {
    type ipv4_addr
    size 65535
    flags dynamic
  }
${noting.sets}  counter spoofed {
  }
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname != ${ours} accept
    iifname . ip saddr @sources accept
    counter name spoofed drop
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
    ip daddr @metadata jump deny
    iifname @full accept
    iifname @internet ip daddr != @private accept
    iifname . ip daddr @networks accept
    meta l4proto { tcp, udp } iifname . ip daddr . th dport @services accept
    jump deny
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
  }
  chain ask_resolver {
    ip daddr @resolvers udp dport 53 accept
    ip daddr @resolvers tcp dport 53 accept
  }
${options.isCounting ? CROWDED : ""}${noting.chain}  chain deny {
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
  const { lease } = registration;
  const source = `sources { "${lease.interface}" . ${lease.addresses.peer} }`;
  return format(verb, owner, [source, ...egressLines(registration)]);
}

/** Returns the sets, each with the element that allows the egress. */
function egressLines({ lease, egress }: Registration): string[] {
  const name = `"${lease.interface}"`;
  if (egress === "none") return [];
  if (typeof egress === "string") return [`${egress} { ${name} }`];
  return [
    ...egress.networks.map((network) => `networks { ${name} . ${network} }`),
    ...egress.services.map((service) => `services { ${name} . ${service} }`),
  ];
}

function format(verb: "add" | "delete", owner: Owner, lines: readonly string[]): string {
  return lines.map((line) => `${verb} element inet ${owner.table} ${line}\n`).join("");
}

function elements(values: readonly string[]): string {
  return values.length === 0 ? "" : `elements = { ${values.join(", ")} }`;
}
