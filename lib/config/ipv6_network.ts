import { isIPv6 } from "node:net";

/** An IPv6 network: its first address as a number, and how many addresses it has. */
export interface Ipv6Network {
  readonly base: bigint;
  readonly size: bigint;
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
 * parseIpv6Network("::17/124"); // { base: 16n, size: 16n }
 * ```
 */
export function parseIpv6Network(text: string): Ipv6Network | undefined {
  const [, written = "", bits] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const prefix = Number(bits ?? BITS);
  const address = parseIpv6Address(written);
  if (address === undefined || prefix > BITS) return undefined;
  const size = 1n << BigInt(BITS - prefix);
  return { base: address - address % size, size };
}

/** Formats a network: `2001:db8::/32`, or `2001:db8::1` for a single address. */
export function formatIpv6Network({ base, size }: Ipv6Network): string {
  const prefix = BITS - (size.toString(2).length - 1);
  return prefix === BITS ? formatIpv6Address(base) : `${formatIpv6Address(base)}/${prefix}`;
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
