import { isIP } from "node:net";
import { formatIpv4Address } from "./ipv4_network.ts";
import { mappedIpv4, parseIpv6Address } from "./ipv6_network.ts";

/** A network: an address, and the length of its prefix in bits. */
export interface Cidr {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/** Bits in front of the IPv4 address in an IPv4-mapped one (RFC 4291, section 2.5.5.2). */
const MAPPED_BITS = 96;

/**
 * Parses a network, such as `10.0.0.0/8` or `fd00::/8`, or a single address. Returns the IPv4 network
 * for IPv4-mapped addresses.
 *
 * @throws {SyntaxError} if `text` is neither
 * @example
 * ```ts
 * import { parseCidr } from "./network_address.ts";
 * parseCidr("10.0.0.0/8"); // { address: "10.0.0.0", prefix: 8, family: "ipv4" }
 * ```
 */
export function parseCidr(text: string): Cidr {
  const [, address = "", bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (version === 0 || prefix > most) {
    throw new SyntaxError(
      `"${text}" is neither an address nor a network. Write 192.0.2.1, 10.0.0.0/8 or fd00::/8`,
    );
  }
  const mapped = version === 6 && prefix >= MAPPED_BITS
    ? mappedIpv4(parseIpv6Address(address)!)
    : undefined;
  if (mapped !== undefined) {
    return { address: formatIpv4Address(mapped), prefix: prefix - MAPPED_BITS, family: "ipv4" };
  }
  return { address, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}

/**
 * Parses an address to listen on: an IP address without brackets, or the name of a host.
 *
 * @throws {SyntaxError} if it has brackets or the zone of an interface
 */
export function parseListenAddress(text: string): string {
  if (text.includes("%")) {
    throw new SyntaxError(
      `"${text}" has the zone of an interface, which ddsrv does not support: link-local addresses ` +
        "differ on each interface. Give :: or another address of this host",
    );
  }
  const inner = /^\[(.*)\]$/.exec(text)?.[1];
  if (inner !== undefined) {
    throw new SyntaxError(`"${text}" has brackets, which only URLs need. Give ${inner}`);
  }
  return text;
}

/**
 * Returns the same text if it is a network or an address.
 *
 * @throws {SyntaxError} if it is neither
 */
export function checkedCidr(text: string): string {
  parseCidr(text);
  return text;
}

/**
 * Parses a host with or without a port, such as `npm.example.org` or `10.0.0.5:4873`, and returns it
 * in lower case.
 *
 * @throws {SyntaxError} if `text` is not a host, for example a URL
 */
export function parseFetchHost(text: string): string {
  const url = `http://${text}/`;
  const isHost = /^[a-z\d.\-:[\]]+$/i.test(text) && URL.canParse(url) && !text.endsWith(":");
  if (isHost) return text.toLowerCase();
  throw new SyntaxError(
    `"${text}" is not a host. Write npm.example.org, or with a port: 10.0.0.5:4873`,
  );
}

/**
 * Parses a domain, and returns it in lower case.
 *
 * @throws {SyntaxError} if `text` is not a host name (RFC 1123, section 2.1)
 * @example
 * ```ts
 * import { parseDomain } from "./network_address.ts";
 * parseDomain("Example.org"); // "example.org"
 * ```
 */
export function parseDomain(text: string): string {
  const isName = text.length <= 253 && isIP(text) === 0 &&
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(text);
  if (isName) return text.toLowerCase();
  throw new SyntaxError(
    `"${text}" is not a domain. Write example.org to serve its subdomains, without port or "*."`,
  );
}

/**
 * Parses a host name without a port, and returns it in lower case. Underscores are allowed, because
 * Docker uses them.
 *
 * @throws {SyntaxError} if `text` is an IP address, or not a name
 * @example
 * ```ts
 * import { parseHostName } from "./network_address.ts";
 * parseHostName("Metrics.internal"); // "metrics.internal"
 * ```
 */
export function parseHostName(text: string): string {
  const isName = text.length <= 253 && isIP(text) === 0 &&
    /^[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/i.test(text);
  if (isName) return text.toLowerCase();
  throw new SyntaxError(
    `"${text}" is not a host name. Write ddsrv or metrics.example.org, without a port; ` +
      "IP addresses are always allowed",
  );
}
