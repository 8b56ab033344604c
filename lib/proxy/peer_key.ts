import { formatIpv4Address } from "../config/ipv4_network.ts";
import { mappedIpv4, parseIpv6Address } from "../config/ipv6_network.ts";

/** An IPv4-mapped IPv6 address as the kernel writes it (RFC 4291, section 2.5.5.2). */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Every other way to write one has this group, and little before it. */
const MAYBE_MAPPED = /^[0:]+:0*ffff:/i;

/** Groups of an IPv6 address, and of the network that is assigned to one site. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/** Returns the IPv4 address of an IPv4-mapped IPv6 address, and any other address unchanged. */
export function plainAddress(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined || !MAYBE_MAPPED.test(address)) return mapped ?? address;
  const number = parseIpv6Address(address);
  const v4 = number === undefined ? undefined : mappedIpv4(number);
  return v4 === undefined ? address : formatIpv4Address(v4);
}

/**
 * Returns the key of a peer: its IPv4 address, or its IPv6 network of 64 bits, because a client
 * with one address of such a network has all of them (RFC 6177, section 2).
 *
 * @example
 * ```ts
 * import { peerKeyOf } from "./peer_key.ts";
 * peerKeyOf("192.0.2.1"); // "192.0.2.1"
 * peerKeyOf("2001:db8::1"); // "2001:db8:0:0::/64"
 * ```
 */
export function peerKeyOf(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.toLowerCase().split("::", 2);
  const first = groupsOf(head);
  const missing = tail === undefined ? 0 : GROUPS - first.length - groupsOf(tail).length;
  const groups = [
    ...first,
    ...new Array<string>(Math.max(0, missing)).fill("0"),
    ...groupsOf(tail ?? ""),
  ];
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${network.join(":")}::/64`;
}

/** Splits a part of an IPv6 address. A group in IPv4 notation counts as two. */
function groupsOf(text: string): string[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => group.includes(".") ? ["0", "0"] : [group]);
}
