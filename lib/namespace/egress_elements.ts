import type { EgressList } from "../config/egress.ts";
import {
  containsNetwork,
  formatIpNetwork,
  type IpNetwork,
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
  const order = (a: IpNetwork, b: IpNetwork): number =>
    compare(b.size, a.size) || compare(a.base, b.base);
  for (const network of [...networks].sort(order)) {
    if (!kept.some((one) => containsNetwork(one, network))) kept.push(network);
  }
  return kept;
}

/** Compares numbers of either type, whose difference may be none of the type `number`. */
function compare(one: number | bigint, other: number | bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
