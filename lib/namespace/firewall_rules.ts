import type { Egress } from "../config/settings.ts";
import type { AddressRange } from "./address.ts";
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
}

/** A namespace's place in the table. */
export interface Registration {
  readonly lease: Lease;
  readonly egress: Egress;
}

/** Ranges where clouds answer for the machine, with its credentials. */
const METADATA = ["169.254.0.0/16", "100.100.100.200", "192.0.0.192"];

/** What is not the public internet. Source: IANA IPv4 Special-Purpose Address Registry. */
const PRIVATE = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
];

/**
 * The table as one `nft -f -` transaction that replaces what was there. Interfaces are matched by
 * prefix, so that one which is not registered reaches nothing; a function is registered by adding
 * elements to the sets.
 */
export function tableRules(options: FirewallOptions): string {
  const { owner, range, resolvers, supervisorUid } = options;
  const ours = `"${owner.interfacePrefix}*"`;
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
  set resolvers {
    type ipv4_addr
    ${elements(resolvers)}
  }
  set metadata {
    type ipv4_addr
    flags interval
    ${elements(METADATA)}
  }
  set private {
    type ipv4_addr
    flags interval
    auto-merge
    ${elements(PRIVATE)}
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
    iifname @internet jump ask_resolver
    iifname @full jump ask_resolver
    jump refuse
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    oifname ${ours} ct state established,related accept
    oifname ${ours} jump refuse
    iifname != ${ours} accept
    ct state established,related accept
    iifname @internet jump ask_resolver
    iifname @full jump ask_resolver
    ip daddr @metadata jump refuse
    iifname @full accept
    iifname @internet ip daddr != @private accept
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
  chain refuse {
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

function changeElements(verb: "add" | "delete", owner: Owner, registration: Registration): string {
  const { lease, egress } = registration;
  const name = `"${lease.interface}"`;
  const source =
    `${verb} element inet ${owner.table} sources { ${name} . ${lease.addresses.peer} }\n`;
  if (egress === "none") return source;
  return `${source}${verb} element inet ${owner.table} ${egress} { ${name} }\n`;
}

function elements(values: readonly string[]): string {
  return values.length === 0 ? "" : `elements = { ${values.join(", ")} }`;
}
