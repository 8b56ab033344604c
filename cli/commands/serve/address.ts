import { parseIpv6Address } from "../../../lib/config/ipv6_network.ts";

/** Returns the host for URLs of a listening address, as seen from this machine. */
export function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0" || parseIpv6Address(hostname) === 0n) return "localhost";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
