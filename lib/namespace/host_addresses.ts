import type { Egress } from "../config/egress.ts";
import { contains, formatIpv4Address, parseIpv4Network } from "../config/ipv4_network.ts";

/** Addresses for which the kernel never asks a network. */
const LOOPBACK = parseIpv4Network("127.0.0.0/8")!;

/** Returns this host's IPv4 addresses, also those of the gateways of functions. */
export function readHostAddresses(): Set<string> {
  const addresses = Deno.networkInterfaces().filter(({ family }) => family === "IPv4");
  return new Set(addresses.map(({ address }) => address));
}

/** Returns true for an address of this host, or of any loopback interface. */
export function isHostAddress(address: string, hostAddresses: ReadonlySet<string>): boolean {
  const network = parseIpv4Network(address);
  return hostAddresses.has(address) || network !== undefined && contains(LOOPBACK, network);
}

/**
 * Returns the problems of an egress list that names addresses of this host, a sentence each: no
 * egress opens the host itself. A network that also has other addresses is no problem. `read` returns
 * the host's addresses; a host can have thousands of interfaces, so it runs for lists only.
 *
 * @example
 * ```ts
 * import { parseEgress } from "../config/egress.ts";
 * import { hostProblems } from "./host_addresses.ts";
 * hostProblems(parseEgress("10.0.0.5:5432, 10.0.0.0/8"), () => new Set(["10.0.0.5"])).length; // 1
 * ```
 */
export function hostProblems(egress: Egress, read: () => ReadonlySet<string>): string[] {
  if (typeof egress === "string") return [];
  const hostAddresses = read();
  const named = egress.rules.flatMap((rule) => {
    if (rule.type === "name") return [];
    const { base, size } = rule.network;
    if (contains(LOOPBACK, rule.network)) return [formatIpv4Address(base)];
    const address = formatIpv4Address(base);
    return size === 1 && hostAddresses.has(address) ? [address] : [];
  });
  return [...new Set(named)].map((address) => `Egress names ${address}, ${whyRefused(REMEDY)}`);
}

/** Returns why an address of this host is refused, as the end of a sentence. */
export function whyRefused(remedy: string): string {
  return `which is an address of this host: functions cannot reach the host. ${remedy}`;
}

const REMEDY = "Run the service on another host, or remove the address from egress";
