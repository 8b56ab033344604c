import { isIPv4, isIPv6 } from "node:net";

/**
 * Formats an IP address with a port as Rust parses it (`std::net::SocketAddr`): `192.0.2.1:80` or
 * `[2001:db8::1]:80`. Returns `undefined` for anything else, such as a name, or an address with the
 * zone of an interface.
 *
 * @example
 * ```ts
 * import { socketAddress } from "./socket_address.ts";
 * socketAddress("2001:db8::1", 80); // "[2001:db8::1]:80"
 * ```
 */
export function socketAddress(address: string, port: number): string | undefined {
  if (isIPv4(address)) return `${address}:${port}`;
  return isIPv6(address) && !address.includes("%") ? `[${address}]:${port}` : undefined;
}
