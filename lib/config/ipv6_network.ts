import { isIPv6 } from "node:net";

/** An IPv6 network. It is plain data, which JSON can write, so it has no `bigint`. */
export interface Ipv6Network {
  /** First address: 32 hexadecimal digits in lower case. */
  readonly first: string;
  /** Number of bits that its addresses have in common. */
  readonly prefix: number;
}

const GROUPS = 8;
const BITS = 128;
const GROUP_BITS = 16n;

/** First address of the IPv4-mapped addresses (RFC 4291, section 2.5.5.2). */
const MAPPED = 0xffff_0000_0000n;

/**
 * Parses an IPv6 address without a zone, and returns it as a number; `undefined` for other texts.
 *
 * @example
 * ```ts
 * import { parseIpv6Address } from "./ipv6_network.ts";
 * parseIpv6Address("::ffff"); // 65535n
 * ```
 */
export function parseIpv6Address(text: string): bigint | undefined {
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const [head = "", tail] = text.split("::", 2);
  const [first, last] = [groupsOf(head), groupsOf(tail ?? "")];
  const zeros = new Array<number>(GROUPS - first.length - last.length).fill(0);
  return [...first, ...zeros, ...last]
    .reduce((address, group) => address << GROUP_BITS | BigInt(group), 0n);
}

/**
 * Parses `2001:db8::/32` or `2001:db8::1`, and clears the bits after the prefix. Returns `undefined`
 * if `text` is not an IPv6 network.
 *
 * @example
 * ```ts
 * import { parseIpv6Network } from "./ipv6_network.ts";
 * parseIpv6Network("::17/124"); // { first: "00000000000000000000000000000010", prefix: 124 }
 * ```
 */
export function parseIpv6Network(text: string): Ipv6Network | undefined {
  const [, written = "", bits] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const prefix = Number(bits ?? BITS);
  const address = parseIpv6Address(written);
  if (address === undefined || prefix > BITS) return undefined;
  return networkOf(address, prefix);
}

/** Returns the network of an address. */
export function networkOf(address: bigint, prefix: number): Ipv6Network {
  const rest = BigInt(BITS - prefix);
  return { first: (address >> rest << rest).toString(16).padStart(BITS / 4, "0"), prefix };
}

/** Returns the first address of a network as a number. */
export function firstAddress({ first }: Ipv6Network): bigint {
  return BigInt(`0x${first}`);
}

/** Returns true if the outer network contains all of the inner one. */
export function containsIpv6(outer: Ipv6Network, inner: Ipv6Network): boolean {
  return outer.prefix <= inner.prefix &&
    networkOf(firstAddress(inner), outer.prefix).first === outer.first;
}

/** Formats a network: `2001:db8::/32`, or `2001:db8::1` for a single address. */
export function formatIpv6Network(network: Ipv6Network): string {
  const address = formatIpv6Address(firstAddress(network));
  return network.prefix === BITS ? address : `${address}/${network.prefix}`;
}

/**
 * Formats an address from its number, in the one form of RFC 5952.
 *
 * @example
 * ```ts
 * import { formatIpv6Address } from "./ipv6_network.ts";
 * formatIpv6Address(1n); // "::1"
 * ```
 */
export function formatIpv6Address(address: bigint): string {
  const groups = Array.from(
    { length: GROUPS },
    (_, at) => (address >> BigInt(GROUPS - 1 - at) * GROUP_BITS & 0xffffn).toString(16),
  );
  let [start, length] = [0, 1];
  for (let at = 0; at < GROUPS; at++) {
    const end = groups.findIndex((group, index) => index >= at && group !== "0");
    const zeros = (end === -1 ? GROUPS : end) - at;
    if (zeros > length) [start, length] = [at, zeros];
  }
  if (length === 1) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

/** Returns the IPv4 address, as a number, of an IPv4-mapped address; `undefined` for others. */
export function mappedIpv4(address: bigint): number | undefined {
  return address >> 32n === MAPPED >> 32n ? Number(address - MAPPED) : undefined;
}

/** Splits a part of an address; the last group may be an IPv4 address. */
function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
