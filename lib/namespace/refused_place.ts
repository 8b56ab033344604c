import { containsNetwork, isIpv6Network, parseIpNetwork } from "../config/ip_network.ts";
import { firstAddress } from "../config/ipv6_network.ts";
import { isMetadata } from "../config/special_networks.ts";
import { isHostAddress } from "./host_addresses.ts";
import type { RefusedConnection } from "./refusal_watch.ts";

/** The owner of a refused address: no egress opens any but `elsewhere`. */
export type RefusedPlace = "metadata" | "function" | "host" | "elsewhere";

/** A refused connection, with the owner of its destination. */
export interface PlacedConnection extends RefusedConnection {
  readonly place: RefusedPlace;
}

/** Facts about addresses. */
export interface KnownPlaces {
  /** Networks of the links of all functions, as CIDRs. */
  readonly functions: readonly string[];
  /** Returns the addresses of this host. */
  readonly hostAddresses: () => ReadonlySet<string>;
}

/**
 * Returns the owner of an address.
 *
 * @example
 * ```ts
 * import { placeOf } from "./refused_place.ts";
 * const known = { functions: ["10.213.0.0/16"], hostAddresses: () => new Set(["192.0.2.1"]) };
 * placeOf("10.213.0.3", known); // "function"
 * placeOf("10.213.0.2", known); // "host"
 * ```
 */
export function placeOf(
  address: string,
  { functions, hostAddresses }: KnownPlaces,
): RefusedPlace {
  const network = parseIpNetwork(address);
  if (network === undefined) return "elsewhere";
  if (isMetadata(network)) return "metadata";
  // A link has two addresses, and the host has the even one (see addressPair).
  if (functions.some((one) => containsNetwork(parseIpNetwork(one)!, network))) {
    const isEven = isIpv6Network(network)
      ? firstAddress(network) % 2n === 0n
      : network.base % 2 === 0;
    return isEven ? "host" : "function";
  }
  return isHostAddress(address, hostAddresses()) ? "host" : "elsewhere";
}

/** Returns a function that reads a value again once it is older than `maxAgeMs`. */
export function cachedFor<Value>(
  maxAgeMs: number,
  read: () => Value,
  now: () => number = () => performance.now(),
): () => Value {
  let known: { readonly value: Value; readonly atMs: number } | undefined;
  return () => {
    if (known === undefined || now() - known.atMs > maxAgeMs) {
      known = { value: read(), atMs: now() };
    }
    return known.value;
  };
}
