import { containsNetwork } from "./ip_network.ts";
import { type Ipv6Network, parseIpv6Network } from "./ipv6_network.ts";

/** Values of the setting `ipv6`. */
export const IPV6_MODES = ["off", "auto", "on"] as const;

/** Never, if the host can, or else an error. */
export type Ipv6Mode = typeof IPV6_MODES[number];

/** Says which ranges are allowed. */
export const ADDRESS_RANGE6_HINT = "Give a /48 of fd00::/8, such as fdd5:2d1c:9b60::/48 (RFC 4193)";

const LOCAL: Ipv6Network = parseIpv6Network("fd00::/8")!;
const PREFIX = 48;

/**
 * Returns the text if it is a range for namespaces: a /48 of unique local addresses.
 *
 * @throws {SyntaxError} if it is not
 */
export function checkedAddressRange6(text: string): string {
  const network = parseIpv6Network(text);
  if (network !== undefined && network.prefix === PREFIX && containsNetwork(LOCAL, network)) {
    return text;
  }
  throw new SyntaxError(`"${text}" is not an IPv6 address range. ${ADDRESS_RANGE6_HINT}`);
}
