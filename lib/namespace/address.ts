import { formatIpv4Address, intersects, type Ipv4Network } from "../config/ipv4_network.ts";

/** Address block for namespaces, always a /16. */
export interface AddressRange {
  /** CIDR notation, such as `10.213.0.0/16`. */
  readonly cidr: string;
  /** First address as a number. */
  readonly base: number;
}

/** Addresses of the two ends of a point-to-point link, a /31 (RFC 3021). */
export interface AddressPair {
  readonly host: string;
  readonly peer: string;
  /** Number that no other pair on this host has, in any range. */
  readonly ordinal: number;
}

/** Number of pairs in a range. The first is unused: its host end is the network address. */
export const PAIRS_PER_RANGE = 32_768;

const RANGE_SIZE = 65_536;

/**
 * Parses a range in CIDR notation.
 *
 * @throws {SyntaxError} when the text is not an IPv4 network of 16 bits
 */
export function parseAddressRange(cidr: string): AddressRange {
  const match = /^(\d{1,3})\.(\d{1,3})\.0\.0\/16$/.exec(cidr);
  const [high, low] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || high > 223 || low > 255) {
    throw new SyntaxError(
      `"${cidr}" is not an address range. Set an IPv4 /16, such as 10.213.0.0/16`,
    );
  }
  return { cidr, base: (high * 256 + low) * RANGE_SIZE };
}

/** Returns the next range; 10.0.0.0/16 follows 10.255.0.0/16. */
export function nextRange(range: AddressRange): AddressRange {
  const high = Math.floor(range.base / 2 ** 24);
  const low = (Math.floor(range.base / RANGE_SIZE) + 1) % 256;
  return parseAddressRange(`${high}.${low}.0.0/16`);
}

/**
 * Returns the address pair of an index.
 *
 * @throws {RangeError} when the index is not from 1 to 32,767
 * @example
 * ```ts
 * import { addressPair, parseAddressRange } from "./address.ts";
 * addressPair(parseAddressRange("10.213.0.0/16"), 1).peer; // "10.213.0.3"
 * ```
 */
export function addressPair(range: AddressRange, index: number): AddressPair {
  if (!Number.isInteger(index) || index < 1 || index >= PAIRS_PER_RANGE) {
    throw new RangeError(
      `No address pair ${index}: the index must be from 1 to ${PAIRS_PER_RANGE - 1}`,
    );
  }
  const host = range.base + index * 2;
  return {
    host: formatIpv4Address(host),
    peer: formatIpv4Address(host + 1),
    ordinal: (host % 2 ** 24) / 2,
  };
}

/** Returns true if a range and a network have an address in common. */
export function overlaps(range: AddressRange, network: Ipv4Network): boolean {
  return intersects({ base: range.base, size: RANGE_SIZE }, network);
}
