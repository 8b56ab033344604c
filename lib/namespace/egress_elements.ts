import type { EgressList } from "../config/egress.ts";
import {
  containsNetwork,
  formatIpNetwork,
  type IpNetwork,
  isIpv6Network,
  parseIpNetwork,
} from "../config/ip_network.ts";
import { isEmbedding, isMetadata, isPublic } from "../config/special_networks.ts";

/** Elements of the firewall's sets that an egress list allows; no two elements overlap. */
export interface EgressElements {
  /** Networks, allowed on all ports. */
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
  const byPort = new Map<number | undefined, IpNetwork[]>();
  for (const rule of list.rules) {
    const found = rule.type === "network"
      ? [rule.network]
      : addressesOf(rule.name).map(parseIpNetwork).filter((one) => one !== undefined)
        .filter((one) => isOpen(one, list.isPublicOnly));
    byPort.set(rule.port, [...byPort.get(rule.port) ?? [], ...found]);
  }
  const everywhere = byPort.get(undefined) ?? [];
  byPort.delete(undefined);
  return {
    networks: disjoint(everywhere).map(formatIpNetwork),
    services: [...byPort].flatMap(([port, networks]) =>
      disjoint(networks).map((network) => `${formatIpNetwork(network)} . ${port}`)
    ).sort(),
  };
}

/** Returns true if an address of a name may be allowed. */
export function isOpen(address: IpNetwork, isPublicOnly: boolean): boolean {
  return !isMetadata(address) && !isEmbedding(address) && (!isPublicOnly || isPublic(address));
}

/** Removes networks inside other networks, because nftables refuses overlapping elements. */
function disjoint(networks: readonly IpNetwork[]): IpNetwork[] {
  const kept: IpNetwork[] = [];
  for (const network of [...networks].sort(byOrder)) {
    if (!kept.some((one) => containsNetwork(one, network))) kept.push(network);
  }
  return kept;
}

/** Sorts IPv4 before IPv6, large networks before small ones, and then by address. */
function byOrder(one: IpNetwork, other: IpNetwork): number {
  if (isIpv6Network(one)) {
    if (!isIpv6Network(other)) return 1;
    return one.prefix - other.prefix || (one.first < other.first ? -1 : 1);
  }
  return isIpv6Network(other) ? -1 : other.size - one.size || one.base - other.base;
}
