/** An IPv4 network: its first address as a number, and how many addresses it has. */
export interface Ipv4Network {
  readonly base: number;
  readonly size: number;
}

/** Without leading zeros, which some parsers read as octal and others as decimal. */
const PATTERN =
  /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})(?:\/(\d{1,2}))?$/;

/**
 * Parses `10.0.0.0/8` or `10.1.2.3`, and clears the bits after the prefix. Returns `undefined` if
 * `text` is not an IPv4 network.
 *
 * @example
 * ```ts
 * import { parseIpv4Network } from "./ipv4_network.ts";
 * parseIpv4Network("0.0.1.7/24"); // { base: 256, size: 256 }
 * ```
 */
export function parseIpv4Network(text: string): Ipv4Network | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const bytes = match.slice(1, 5).map(Number);
  const prefix = Number(match[5] ?? 32);
  if (bytes.some((byte) => byte > 255) || prefix > 32) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const size = 2 ** (32 - prefix);
  return { base: address - address % size, size };
}

/** Formats a network: `10.0.0.0/8`, or `10.1.2.3` for a single address. */
export function formatIpv4Network({ base, size }: Ipv4Network): string {
  const prefix = 32 - Math.log2(size);
  return prefix === 32 ? formatIpv4Address(base) : `${formatIpv4Address(base)}/${prefix}`;
}

/** Formats an address from its number. */
export function formatIpv4Address(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** Returns true if the outer network contains all of the inner one. */
export function contains(outer: Ipv4Network, inner: Ipv4Network): boolean {
  return inner.base >= outer.base && inner.base + inner.size <= outer.base + outer.size;
}

/** Returns true if two networks have an address in common. */
export function intersects(one: Ipv4Network, other: Ipv4Network): boolean {
  return one.base < other.base + other.size && other.base < one.base + one.size;
}
