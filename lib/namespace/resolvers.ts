import {
  containsNetwork,
  type IpNetwork,
  isIpv6Network,
  isSingle,
  parseIpNetwork,
} from "../config/ip_network.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";

/** Which resolvers functions can use. */
export interface ResolverOptions {
  readonly hasIpv6: boolean;
}

/** File in which systemd-resolved lists its upstream resolvers. */
const RESOLVED_FILE = "/run/systemd/resolve/resolv.conf";

const UNREACHABLE = ["127.0.0.0/8", "::/96", "::ffff:0:0/96", "fe80::/10"]
  .map((text) => parseIpNetwork(text)!);

/**
 * Returns the resolvers of a resolv.conf(5) that a network namespace can reach: all except loopback
 * addresses, which lead to the host's own stub, and link-local ones; those of IPv6 only if functions
 * have IPv6.
 *
 * @example
 * ```ts
 * import { parseResolvers } from "./resolvers.ts";
 * parseResolvers("nameserver ::1\nnameserver 192.0.2.53\n", { hasIpv6: true }); // ["192.0.2.53"]
 * ```
 */
export function parseResolvers(text: string, { hasIpv6 }: ResolverOptions): string[] {
  return text.split("\n").flatMap((line) => {
    const address = /^\s*nameserver\s+(\S+)\s*$/.exec(line)?.[1] ?? "";
    const network = parseIpNetwork(address);
    if (network === undefined || !isSingle(network) || isOwn(network)) return [];
    return isIpv6Network(network) && !hasIpv6 ? [] : [address];
  });
}

/** Returns true for loopback, link-local and IPv4-mapped addresses. */
function isOwn(network: IpNetwork): boolean {
  return UNREACHABLE.some((one) => containsNetwork(one, network));
}

/** Returns the host's real resolvers; empty when functions can reach none. */
export async function readResolvers(options: ResolverOptions): Promise<string[]> {
  for (const path of ["/etc/resolv.conf", RESOLVED_FILE]) {
    const found = parseResolvers(await readOptionalTextFile(path) ?? "", options);
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * Returns the resolvers of functions: those that the operator names, or else the host's.
 *
 * @throws {Error} if functions cannot reach one that the operator names
 */
export async function chooseResolvers(
  named: readonly string[],
  { hasIpv6 }: ResolverOptions,
): Promise<readonly string[]> {
  if (named.length === 0) return await readResolvers({ hasIpv6 });
  const unreachable = named.find((address) => address.includes(":"));
  if (hasIpv6 || unreachable === undefined) return named;
  throw new Error(
    `Functions cannot reach the resolver ${unreachable}, because they have no IPv6. Name one with ` +
      "an IPv4 address, or choose --ipv6=on",
  );
}
