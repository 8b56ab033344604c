import { readOptionalTextFile } from "../system/read_optional_text_file.ts";

/** File in which systemd-resolved lists its upstream resolvers. */
const RESOLVED_FILE = "/run/systemd/resolve/resolv.conf";

/**
 * Returns the IPv4 resolvers of a resolv.conf(5) that a network namespace can reach: all except
 * loopback addresses, which lead to the host's own stub.
 *
 * @example
 * ```ts
 * import { parseResolvers } from "./resolvers.ts";
 * parseResolvers("nameserver 127.0.0.53\nnameserver 192.0.2.53\n"); // ["192.0.2.53"]
 * ```
 */
export function parseResolvers(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const address = /^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/.exec(line)?.[1];
    return address === undefined || address.startsWith("127.") ? [] : [address];
  });
}

/** Returns the host's real resolvers; empty when functions can reach none. */
export async function readResolvers(): Promise<string[]> {
  for (const path of ["/etc/resolv.conf", RESOLVED_FILE]) {
    const found = parseResolvers(await readOptionalTextFile(path) ?? "");
    if (found.length > 0) return found;
  }
  return [];
}
