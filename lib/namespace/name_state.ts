import type { Resolution } from "./resolve_name.ts";

/** What is known of a name that functions may reach. */
export interface NameState {
  /** Where it leads now. */
  readonly addresses: readonly string[];
  /** Where it led before: open for as long again, for those who have just asked. */
  readonly retired: readonly string[];
  /** Why it leads nowhere, or why nobody could say whether it still leads there. */
  readonly problem: string | undefined;
  /** Failures in a row. */
  readonly failures: number;
  /** When it is asked for again. */
  readonly refreshMs: number;
}

/** A name that nobody has been asked for yet. */
export const UNKNOWN_NAME: NameState = {
  addresses: [],
  retired: [],
  problem: undefined,
  failures: 0,
  refreshMs: 0,
};

/** A record that lives for less is not asked for more often, and one that lives for longer is. */
const MIN_REFRESH_MS = 5_000;
const MAX_REFRESH_MS = 300_000;

/**
 * What an answer makes of a name. One that does not exist is closed; where nobody could say, what
 * was open stays open, and it is asked for again, less and less often.
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
        problem: "it does not resolve to an IPv4 address, so nothing is open for it",
        failures: before.failures + 1,
        refreshMs: clamp(MIN_REFRESH_MS * 2 ** before.failures),
      };
    case "failed": {
      const kept = before.addresses.length > 0
        ? "where it led before stays open"
        : "nothing is open for it";
      return {
        ...before,
        problem: `no resolver could say where it leads (${resolution.reason}): ${kept}`,
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
