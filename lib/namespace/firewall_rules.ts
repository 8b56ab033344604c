import type { EgressKind } from "../config/egress.ts";
import { METADATA_NETWORKS, PRIVATE_NETWORKS } from "../config/special_networks.ts";
import type { AddressRange } from "./address.ts";
import type { EgressElements } from "./egress_elements.ts";
import type { Lease } from "./lease.ts";
import type { Owner } from "./owner.ts";

/** What the table is made from. */
export interface FirewallOptions {
  readonly owner: Owner;
  readonly range: AddressRange;
  /** IPv4 addresses that functions may ask for names. */
  readonly resolvers: readonly string[];
  /** The only user whose processes may open connections to functions. */
  readonly supervisorUid: number;
  /** Whether the kernel can count connections; without that nothing bounds a function's. */
  readonly isCounting: boolean;
  /** Connections that all functions may have together, beside those that each may always have. */
  readonly maxConnections: number;
}

/**
 * Connections that one function has at a time, towards whatever it may reach. The kernel's table of
 * them is one for the whole host, and holds some ten or hundred thousand.
 */
export const MAX_CONNECTIONS = 8_192;

/** A namespace's place in the table. */
export interface Registration {
  readonly lease: Lease;
  readonly egress: EgressKind | EgressElements;
}

/** Connections that a function may begin when all functions together have as many as they may. */
const MIN_CONNECTIONS = 256;

/**
 * Parts in which connections of all functions are counted, by the lowest bits of their source port:
 * the kernel looks through all that are counted together when there is a new one. A power of two.
 */
const CROWD_PARTS = 64;

/** Rules for a new connection; the transport protocol may be any. */
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
 * The table as one `nft -f -` transaction that replaces what was there. Interfaces are matched by
 * prefix, so that one which is not registered reaches nothing; a function is registered by adding
 * elements to the sets.
 */
export function tableRules(options: FirewallOptions): string {
  const { owner, range, resolvers, supervisorUid } = options;
  const ours = `"${owner.interfacePrefix}*"`;
  const counting = options.isCounting ? countNew(options.maxConnections) : "";
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
  counter spoofed {
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
    jump refuse
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    oifname ${ours} ct state established,related accept
    oifname ${ours} jump refuse
    iifname != ${ours} accept
    ct state established,related accept
${counting}    iifname @internet jump ask_resolver
    iifname @full jump ask_resolver
    ip daddr @metadata jump refuse
    iifname @full accept
    iifname @internet ip daddr != @private accept
    iifname . ip daddr @networks accept
    meta l4proto { tcp, udp } iifname . ip daddr . th dport @services accept
    jump refuse
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
${options.isCounting ? CROWDED : ""}  chain refuse {
    meta l4proto tcp reject with tcp reset
    reject with icmpx admin-prohibited
  }
}
`;
}

/** Lets a namespace's packets in, and out as far as its egress goes. */
export function registerRules(owner: Owner, registration: Registration): string {
  return changeElements("add", owner, registration);
}

/** Takes a namespace out of the table. */
export function unregisterRules(owner: Owner, registration: Registration): string {
  return changeElements("delete", owner, registration);
}

/** Makes what is open for a registered namespace what it is to be, in one transaction. */
export function updateRules(owner: Owner, before: Registration, after: Registration): string {
  const [old, wanted] = [before, after].map((one) => egressLines(one));
  const gone = old!.filter((line) => !wanted!.includes(line));
  const added = wanted!.filter((line) => !old!.includes(line));
  return format("delete", owner, gone) + format("add", owner, added);
}

function changeElements(verb: "add" | "delete", owner: Owner, registration: Registration): string {
  const { lease } = registration;
  const source = `sources { "${lease.interface}" . ${lease.addresses.peer} }`;
  return format(verb, owner, [source, ...egressLines(registration)]);
}

/** Sets with the elements that let a namespace out. */
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
