import {
  firstAddress,
  formatIpv6Address,
  formatIpv6Network,
  type Ipv6Network,
  networkOf,
  parseIpv6Network,
} from "../config/ipv6_network.ts";
import type { AddressRange } from "./address.ts";

/** IPv6 addresses of the namespaces of one supervisor, always a /64. */
export interface AddressRange6 {
  /** CIDR notation, such as `fdd5:2d1c:9b60:ad5::/64`. */
  readonly cidr: string;
  readonly network: Ipv6Network;
}

/** IPv6 addresses of the two ends of a point-to-point link, a /127 (RFC 6164). */
export interface AddressPair6 {
  readonly host: string;
  readonly peer: string;
}

/** Bits of an address below the number of the /64. */
const SUBNET_BITS = 64;

/** Each IPv4 range is a /16, so that as many bits number it. */
const IPV4_RANGE_SIZE = 2 ** 16;

/**
 * Returns the /64 of a supervisor within a /48. Its number follows from the IPv4 range, which no two
 * supervisors of a host share.
 *
 * @example
 * ```ts
 * import { parseAddressRange } from "./address.ts";
 * import { addressRange6 } from "./address6.ts";
 * addressRange6("fdd5:2d1c:9b60::/48", parseAddressRange("10.213.0.0/16")).cidr;
 * // "fdd5:2d1c:9b60:ad5::/64"
 * ```
 */
export function addressRange6(cidr: string, { base }: AddressRange): AddressRange6 {
  const number = BigInt(base / IPV4_RANGE_SIZE) << BigInt(SUBNET_BITS);
  const network = networkOf(firstAddress(parseIpv6Network(cidr)!) + number, SUBNET_BITS);
  return { cidr: formatIpv6Network(network), network };
}

/** Returns the address pair of an index; see `addressPair` for the indexes. */
export function addressPair6({ network }: AddressRange6, index: number): AddressPair6 {
  const host = firstAddress(network) + BigInt(index) * 2n;
  return { host: formatIpv6Address(host), peer: formatIpv6Address(host + 1n) };
}
