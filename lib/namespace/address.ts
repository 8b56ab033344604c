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
    host: formatAddress(host),
    peer: formatAddress(host + 1),
    ordinal: (host % 2 ** 24) / 2,
  };
}

/** An IPv4 network: its first address as a number, and how many addresses it has. */
export interface Network {
  readonly base: number;
  readonly size: number;
}

/** Reads `10.0.0.0/8`, `10.1.2.3` or `default`; gives `undefined` for what is not IPv4. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [a, b, c, d] = match.slice(1, 5).map(Number);
  const size = 2 ** (32 - Number(match[5] ?? 32));
  const address = ((a! * 256 + b!) * 256 + c!) * 256 + d!;
  return { base: address - address % size, size };
}

/** Whether a range and a network have an address in common. */
export function overlaps(range: AddressRange, network: Network): boolean {
  return range.base < network.base + network.size &&
    network.base < range.base + RANGE_SIZE;
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256)
    .join(".");
}
