import { lookup, Resolver } from "node:dns/promises";

/** Result of a DNS query. */
export type Resolution =
  | { readonly type: "found"; readonly addresses: readonly string[]; readonly ttlMs: number }
  /** The name does not exist, or has no IPv4 address. */
  | { readonly type: "missing" }
  /** No resolver answered. */
  | { readonly type: "failed"; readonly reason: string };

/** Resolves a name to IPv4 addresses. */
export type ResolveName = (name: string) => Promise<Resolution>;

/** TTL of answers without one, from `/etc/hosts` and other sources of the host. */
const LOCAL_TTL_MS = 30_000;

/** Maximum number of addresses of one name. */
const MAX_ADDRESSES = 64;

const TIMEOUT_MS = 3_000;

/**
 * Creates a function that resolves names like the host: first by the given resolvers or else the
 * host's; if they have no answer, by the host's other sources, such as `/etc/hosts` and search
 * domains.
 */
export function createResolver(servers: readonly string[]): ResolveName {
  return async (name) => {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
    try {
      if (servers.length > 0) resolver.setServers([...servers]);
      const records = await resolver.resolve4(name, { ttl: true });
      const ttlMs = Math.min(...records.map((record) => record.ttl)) * 1_000;
      return found(records.map((record) => record.address), ttlMs);
    } catch (error) {
      return await askHost(name, error as Error & { readonly code?: string });
    }
  };
}

async function askHost(
  name: string,
  cause: Error & { readonly code?: string },
): Promise<Resolution> {
  try {
    const addresses = await lookup(name, { all: true, family: 4 });
    return found(addresses.map((one) => one.address), LOCAL_TTL_MS);
  } catch {
    const isMissing = cause.code === "ENOTFOUND" || cause.code === "ENODATA";
    return isMissing
      ? { type: "missing" }
      : { type: "failed", reason: cause.code ?? cause.message };
  }
}

function found(addresses: readonly string[], ttlMs: number): Resolution {
  if (addresses.length === 0) return { type: "missing" };
  return { type: "found", addresses: [...addresses].sort().slice(0, MAX_ADDRESSES), ttlMs };
}
