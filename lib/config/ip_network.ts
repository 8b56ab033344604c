import { contains, formatIpv4Network, type Ipv4Network, parseIpv4Network } from "./ipv4_network.ts";
import {
  containsIpv6,
  formatIpv6Network,
  type Ipv6Network,
  parseIpv6Network,
} from "./ipv6_network.ts";

/** A network of either family. */
export type IpNetwork = Ipv4Network | Ipv6Network;

/**
 * Parses a network or a single address of either family; returns `undefined` for other texts.
 *
 * @example
 * ```ts
 * import { parseIpNetwork } from "./ip_network.ts";
 * parseIpNetwork("0.0.1.0"); // { base: 256, size: 1 }
 * ```
 */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  return parseIpv4Network(text) ?? parseIpv6Network(text);
}

/** Formats a network as {@linkcode parseIpNetwork} reads it. */
export function formatIpNetwork(network: IpNetwork): string {
  return isIpv6Network(network) ? formatIpv6Network(network) : formatIpv4Network(network);
}

/** Returns true for a network of IPv6. */
export function isIpv6Network(network: IpNetwork): network is Ipv6Network {
  return "prefix" in network;
}

/** Returns true for a network of one address. */
export function isSingle(network: IpNetwork): boolean {
  return isIpv6Network(network) ? network.prefix === 128 : network.size === 1;
}

/** Returns true if the outer network contains all of the inner one. */
export function containsNetwork(outer: IpNetwork, inner: IpNetwork): boolean {
  if (!isIpv6Network(outer)) return !isIpv6Network(inner) && contains(outer, inner);
  return isIpv6Network(inner) && containsIpv6(outer, inner);
}

/** Returns true if two networks have an address in common. */
export function intersectsNetwork(one: IpNetwork, other: IpNetwork): boolean {
  // Two networks have no address in common, or one contains the other.
  return containsNetwork(one, other) || containsNetwork(other, one);
}
