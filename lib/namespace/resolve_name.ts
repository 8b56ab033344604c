import { lookup, Resolver } from "node:dns/promises";
import { formatIpNetwork, parseIpNetwork } from "../config/ip_network.ts";
import { sleep } from "../system/sleep.ts";

/** Result of a DNS query. */
export type Resolution =
  | { readonly type: "found"; readonly addresses: readonly string[]; readonly ttlMs: number }
  /** The name does not exist, or has no address of a wanted family. */
  | { readonly type: "missing"; readonly wanted: "IPv4" | "IPv4 or IPv6" }
  /** No resolver answered. */
  | { readonly type: "failed"; readonly reason: string };

/** Resolves a name to addresses. */
export type ResolveName = (name: string) => Promise<Resolution>;

/** Options of {@linkcode createResolver}. */
export interface ResolverSettings {
  /** Addresses of resolvers; the host's when empty. */
  readonly servers: readonly string[];
  /** Asks for IPv6 addresses too. */
  readonly hasIpv6: boolean;
}

/** TTL of answers without one, from `/etc/hosts` and other sources of the host. */
const LOCAL_TTL_MS = 30_000;

/** Maximum number of addresses of one name. */
const MAX_ADDRESSES = 64;

const TIMEOUT_MS = 3_000;

/** Time for the second answer after the first: some resolvers never answer questions of IPv6. */
const SECOND_ANSWER_MS = 500;

/**
 * Creates a function that resolves names like the host: first by the given resolvers or else the
 * host's; if they have no answer, by the host's other sources, such as `/etc/hosts` and search
 * domains.
 */
export function createResolver({ servers, hasIpv6 }: ResolverSettings): ResolveName {
  return async (name) => {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
    try {
      if (servers.length > 0) resolver.setServers([...servers]);
      const asked: Promise<readonly DnsRecord[]>[] = [resolver.resolve4(name, { ttl: true })];
      if (hasIpv6) asked.push(resolver.resolve6(name, { ttl: true }));
      const records = await firstAnswers(asked);
      const ttlMs = Math.min(...records.map((record) => record.ttl)) * 1_000;
      return found(records.map((record) => record.address), { ttlMs, hasIpv6 });
    } catch (error) {
      return await askHost(name, { cause: error as DnsError, hasIpv6 });
    }
  };
}

interface DnsRecord {
  readonly address: string;
  readonly ttl: number;
}

type DnsError = Error & { readonly code?: string };

/**
 * Returns the records of all questions; after the first answer with records, others have little time.
 *
 * @throws {Error} if none has records: preferably one that says nothing about the name
 */
async function firstAnswers(
  asked: readonly Promise<readonly DnsRecord[]>[],
): Promise<readonly DnsRecord[]> {
  const records: DnsRecord[] = [];
  const hurry = new AbortController();
  const collecting = asked.map((one) => one.then((answer) => void records.push(...answer)));
  const all = Promise.allSettled(collecting);
  try {
    await Promise.any(collecting);
  } catch (error) {
    const { errors } = error as AggregateError & { readonly errors: readonly DnsError[] };
    throw errors.find((one) => !isNoSuchName(one)) ?? errors[0];
  }
  await Promise.race([all, sleep(SECOND_ANSWER_MS, hurry.signal)]);
  hurry.abort();
  return [...records];
}

async function askHost(
  name: string,
  { cause, hasIpv6 }: { readonly cause: DnsError; readonly hasIpv6: boolean },
): Promise<Resolution> {
  try {
    const addresses = await lookup(name, { all: true, family: hasIpv6 ? 0 : 4 });
    return found(addresses.map((one) => one.address), { ttlMs: LOCAL_TTL_MS, hasIpv6 });
  } catch {
    return isNoSuchName(cause)
      ? missing(hasIpv6)
      : { type: "failed", reason: cause.code ?? cause.message };
  }
}

function isNoSuchName({ code }: DnsError): boolean {
  return code === "ENOTFOUND" || code === "ENODATA";
}

function found(
  texts: readonly string[],
  { ttlMs, hasIpv6 }: { readonly ttlMs: number; readonly hasIpv6: boolean },
): Resolution {
  // An address with the zone of an interface is none that a function can use.
  const addresses = texts.map(parseIpNetwork).filter((one) => one !== undefined)
    .map(formatIpNetwork);
  if (addresses.length === 0) return missing(hasIpv6);
  return {
    type: "found",
    addresses: [...new Set(addresses)].sort().slice(0, MAX_ADDRESSES),
    ttlMs,
  };
}

function missing(hasIpv6: boolean): Resolution {
  return { type: "missing", wanted: hasIpv6 ? "IPv4 or IPv6" : "IPv4" };
}
