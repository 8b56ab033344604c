import { type Egress, formatEgressRule } from "../config/egress.ts";
import {
  containsNetwork,
  formatIpNetwork,
  type IpNetwork,
  isIpv6Network,
  isSingle,
  parseIpNetwork,
} from "../config/ip_network.ts";

/** Addresses for which the kernel never asks a network. */
const LOOPBACK: readonly IpNetwork[] = [parseIpNetwork("127.0.0.0/8")!, parseIpNetwork("::1")!];

/** Returns this host's addresses, also those of the gateways of functions. */
export function readHostAddresses(): Set<string> {
  return new Set(Deno.networkInterfaces().map(({ address }) => address));
}

/** Returns true for an address of this host, or of any loopback interface. */
export function isHostAddress(address: string, hostAddresses: ReadonlySet<string>): boolean {
  const network = parseIpNetwork(address);
  if (network === undefined) return hostAddresses.has(address);
  return hostAddresses.has(formatIpNetwork(network)) || isLoopback(network);
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
    const [address = ""] = formatIpNetwork(rule.network).split("/");
    const isHost = isLoopback(rule.network) ||
      isSingle(rule.network) && hostAddresses.has(address);
    return isHost ? [address] : [];
  });
  return [...new Set(named)].map((address) => `Egress names ${address}, ${whyRefused(REMEDY)}`);
}

/** Returns the problems of an egress list that names IPv6 where functions have none. */
export function ipv6Problems(egress: Egress): string[] {
  if (typeof egress === "string") return [];
  const rule = egress.rules.find((one) => one.type === "network" && isIpv6Network(one.network));
  if (rule === undefined) return [];
  return [
    `Egress names ${
      formatEgressRule(rule)
    }, but functions have no IPv6 here. ddsrv doctor says why; ` +
    "with --ipv6=on, ddsrv does not start without it",
  ];
}

function isLoopback(network: IpNetwork): boolean {
  return LOOPBACK.some((one) => containsNetwork(one, network));
}

/** Returns why an address of this host is refused, as the end of a sentence. */
export function whyRefused(remedy: string): string {
  return `which is an address of this host: functions cannot reach the host. ${remedy}`;
}

const REMEDY = "Run the service on another host, or remove the address from egress";
