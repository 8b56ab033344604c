import type { Settings } from "../config/settings.ts";

/** Maximum numbers of parked starts. */
export interface ParkingLimits {
  /** All of them. */
  readonly places: number;
  /** Those whose Deno has started. */
  readonly warmPlaces: number;
}

/** Memory of the host for each place, in bytes. A parked sandbox takes less than a hundredth of it. */
const BYTES_PER_PLACE = 256 * 1024 ** 2;

/** Maximum number of places that the host's memory gives. */
const MAX_PLACES = 128;

/** A Deno takes several times the memory of a sandbox. */
const WARM_SHARE = 1 / 4;

/**
 * Returns the limits by the settings; where these have none, by the host's memory in bytes.
 *
 * @example
 * ```ts
 * import { placesFor } from "./parking_limits.ts";
 * placesFor({ parked: undefined, maxWarm: undefined }, 4 * 1024 ** 3); // 16 and 4
 * ```
 */
export function placesFor(
  { parked, maxWarm }: Pick<Settings, "parked" | "maxWarm">,
  totalBytes: number,
): ParkingLimits {
  const places = parked ?? Math.min(MAX_PLACES, Math.floor(totalBytes / BYTES_PER_PLACE));
  return { places, warmPlaces: Math.min(places, maxWarm ?? Math.ceil(places * WARM_SHARE)) };
}

/** Returns the memory in bytes that must be available on the host; parked starts end before. */
export function memoryReserve(totalBytes: number): number {
  return Math.min(512 * 1024 ** 2, totalBytes / 10);
}
