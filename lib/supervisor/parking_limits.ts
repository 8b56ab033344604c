import type { Settings } from "../config/settings.ts";
import type { HostRoom } from "../sandbox/host_room.ts";

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

/** Parked starts give way before less than this is left: at most so much, or a part of the limit. */
const RESERVES = {
  memory: { most: 512 * 1024 ** 2, share: 1 / 10 },
  // A check and a start have some 20 threads each.
  processes: { most: 256, share: 1 / 4 },
  openFiles: { most: 512, share: 1 / 4 },
} as const satisfies Record<keyof HostRoom, { readonly most: number; readonly share: number }>;

/**
 * Returns true if the host has so little left that parked starts must give way to running functions.
 *
 * @example
 * ```ts
 * import { isShort } from "./parking_limits.ts";
 * const room = { limit: 1_000, left: 900 };
 * isShort({ memory: room, processes: { limit: 1_000, left: 249 }, openFiles: room }); // true
 * ```
 */
export function isShort(room: HostRoom): boolean {
  return ([["memory", room.memory], ["processes", room.processes], [
    "openFiles",
    room.openFiles,
  ]] as const)
    .some(([kind, { limit, left }]) => {
      const { most, share } = RESERVES[kind];
      return left < Math.min(most, limit * share);
    });
}
