import type { Resolution } from "./resolve_name.ts";

/** Resolution state of a name that functions may reach. */
export interface NameState {
  readonly addresses: readonly string[];
  /** Previous addresses, allowed until the next answer for clients that still use them. */
  readonly retired: readonly string[];
  /** Reason why the name has no addresses, or why they may be outdated. */
  readonly problem: string | undefined;
  readonly failures: number;
  /** Time until the next query, in milliseconds. */
  readonly refreshMs: number;
}

/** State of a name before its first query. */
export const UNKNOWN_NAME: NameState = {
  addresses: [],
  retired: [],
  problem: undefined,
  failures: 0,
  refreshMs: 0,
};

/** Limits of the time between two queries, whatever the TTL of a record is. */
const MIN_REFRESH_MS = 5_000;
const MAX_REFRESH_MS = 300_000;

/**
 * Returns the state of a name after a query. A name that does not exist loses its addresses. When
 * no resolver answers, the addresses stay, and the time to the next query grows.
 */
export function afterResolution(before: NameState, resolution: Resolution): NameState {
  switch (resolution.type) {
    case "found": {
      const { addresses, ttlMs } = resolution;
      return {
        addresses,
        retired: before.addresses.filter((address) => !addresses.includes(address)),
        problem: undefined,
        failures: 0,
        refreshMs: clamp(ttlMs),
      };
    }
    case "missing":
      return {
        ...UNKNOWN_NAME,
        problem:
          `it does not resolve to an ${resolution.wanted} address, so connections to it are ` +
          "refused",
        failures: before.failures + 1,
        refreshMs: clamp(MIN_REFRESH_MS * 2 ** before.failures),
      };
    case "failed": {
      const kept = before.addresses.length > 0
        ? "its last addresses stay allowed"
        : "connections to it are refused";
      return {
        ...before,
        problem: `no resolver answered (${resolution.reason}), ${kept}`,
        failures: before.failures + 1,
        refreshMs: clamp(MIN_REFRESH_MS * 2 ** before.failures),
      };
    }
    default:
      return resolution satisfies never;
  }
}

function clamp(ms: number): number {
  return Math.min(MAX_REFRESH_MS, Math.max(MIN_REFRESH_MS, ms));
}
