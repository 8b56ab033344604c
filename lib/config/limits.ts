import { LIMIT_SETTINGS, shareOf } from "./limit_settings.ts";
import { collect, fieldsOf, type Table, type ValuesOf } from "./table.ts";

/** Limits of what peers of the proxy may send, and of how long they may take. */
export type Limits = ValuesOf<typeof LIMIT_SETTINGS>;

const TABLE: Table<Limits> = LIMIT_SETTINGS;

/**
 * Returns all limits, from some of them. Without a value of its own, the share of one client is a
 * quarter of the whole.
 *
 * @example
 * ```ts
 * import { completeLimits } from "./limits.ts";
 * completeLimits({ maxConnections: 1000 }).maxConnectionsPerPeer; // 250
 * ```
 */
export function completeLimits(given: Partial<Limits>): Limits {
  const limits = collect<Limits, keyof Limits>(
    fieldsOf(TABLE),
    (field) => given[field] ?? TABLE[field].default,
  );
  const { maxConnections, maxInFlight } = limits;
  return {
    ...limits,
    maxConnectionsPerPeer: given.maxConnectionsPerPeer ?? shareOf(maxConnections),
    maxInFlightPerPeer: given.maxInFlightPerPeer ?? shareOf(maxInFlight),
  };
}

/** Defaults of the limits. */
export const defaultLimits: Limits = completeLimits({});
