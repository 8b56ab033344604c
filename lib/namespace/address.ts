import { formatIpv4Address, intersects, type Ipv4Network } from "../config/ipv4_network.ts";

/** A block of addresses that namespaces get theirs from: always a /16. */
export interface AddressRange {
  /** The block in CIDR notation, as `10.213.0.0/16`. */
  readonly cidr: string;
  /** Its first address as a number. */
  readonly base: number;
}

/** Two ends of a point-to-point link, a /31 (RFC 3021). */
export interface AddressPair {
  readonly host: string;
  readonly peer: string;
  /** A number that no other pair on this host has, whatever its range: for user ids. */
  readonly ordinal: number;
}

/** Pairs in a range; the first is left out, since its host end would be the network's address. */
export const PAIRS_PER_RANGE = 32_768;

const RANGE_SIZE = 65_536;

/**
 * Reads a range from CIDR notation.
 *
 * @throws {SyntaxError} when it is no IPv4 network of 16 bits
 */
export function parseAddressRange(cidr: string): AddressRange {
  const match = /^(\d{1,3})\.(\d{1,3})\.0\.0\/16$/.exec(cidr);
  const [high, low] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || high > 223 || low > 255) {
    throw new SyntaxError(
      `"${cidr}" is not an address range. Give a /16 of IPv4, such as 10.213.0.0/16`,
    );
  }
  return { cidr, base: (high * 256 + low) * RANGE_SIZE };
}

/** The range after this one; the block that follows 10.255.0.0/16 is 10.0.0.0/16. */
export function nextRange(range: AddressRange): AddressRange {
  const high = Math.floor(range.base / 2 ** 24);
  const low = (Math.floor(range.base / RANGE_SIZE) + 1) % 256;
  return parseAddressRange(`${high}.${low}.0.0/16`);
}

/**
 * The pair of a given index.
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
    throw new RangeError(`No address pair ${index}: a range has 1 to ${PAIRS_PER_RANGE - 1}`);
  }
  const host = range.base + index * 2;
  return {
    host: formatIpv4Address(host),
    peer: formatIpv4Address(host + 1),
    ordinal: (host % 2 ** 24) / 2,
  };
}

/** Whether a range and a network have an address in common. */
export function overlaps(range: AddressRange, network: Ipv4Network): boolean {
  return intersects({ base: range.base, size: RANGE_SIZE }, network);
}
