import type { EgressList } from "../config/egress.ts";
import {
  contains,
  formatIpv4Network,
  type Ipv4Network,
  parseIpv4Network,
} from "../config/ipv4_network.ts";
import { isMetadata, isPublic } from "../config/special_networks.ts";

/** Elements of the firewall's sets that an egress list allows; no two elements overlap. */
export interface EgressElements {
  /** IPv4 networks, allowed on all ports. */
  readonly networks: readonly string[];
  /** Networks with a port, as `192.0.2.1 . 443`. */
  readonly services: readonly string[];
}

/**
 * Returns the elements of an egress list, with the current addresses of its names. It leaves out
 * addresses that no function may reach, and private ones if the ceiling is `internet`.
 */
export function egressElements(
  list: EgressList,
  addressesOf: (name: string) => readonly string[],
): EgressElements {
  const byPort = new Map<number | undefined, Ipv4Network[]>();
  for (const rule of list.rules) {
    const found = rule.type === "network"
      ? [rule.network]
      : addressesOf(rule.name).map(parseIpv4Network).filter((one) => one !== undefined)
        .filter((one) => isOpen(one, list.isPublicOnly));
    byPort.set(rule.port, [...byPort.get(rule.port) ?? [], ...found]);
  }
  const everywhere = byPort.get(undefined) ?? [];
  byPort.delete(undefined);
  return {
    networks: disjoint(everywhere).map(formatIpv4Network),
    services: [...byPort].flatMap(([port, networks]) =>
      disjoint(networks).map((network) => `${formatIpv4Network(network)} . ${port}`)
    ).sort(),
  };
}

/** Returns true if an address of a name may be allowed. */
export function isOpen(address: Ipv4Network, isPublicOnly: boolean): boolean {
  return !isMetadata(address) && (!isPublicOnly || isPublic(address));
}

/** Removes networks inside other networks, because nftables refuses overlapping elements. */
function disjoint(networks: readonly Ipv4Network[]): Ipv4Network[] {
  const kept: Ipv4Network[] = [];
  for (const network of [...networks].sort((a, b) => b.size - a.size || a.base - b.base)) {
    if (!kept.some((one) => contains(one, network))) kept.push(network);
  }
  return kept;
}
