import assert from "node:assert/strict";
import type { HostRoom } from "../../lib/sandbox/host_room.ts";
import { isShort, placesFor } from "../../lib/supervisor/parking_limits.ts";

const GIB = 1024 ** 3;

const rows: readonly [
  parked: number | undefined,
  maxWarm: number | undefined,
  totalBytes: number,
  places: number,
  warmPlaces: number,
][] = [
  [undefined, undefined, GIB / 2, 2, 1],
  [undefined, undefined, 4 * GIB, 16, 4],
  [undefined, undefined, 24 * GIB, 96, 24],
  [undefined, undefined, 512 * GIB, 128, 32],
  [0, undefined, 24 * GIB, 0, 0],
  [0, 5, 24 * GIB, 0, 0],
  [10, 0, 24 * GIB, 10, 0],
  [10, 50, 24 * GIB, 10, 10],
  [1_000, undefined, GIB, 1_000, 250],
];

for (const [parked, maxWarm, totalBytes, places, warmPlaces] of rows) {
  Deno.test(`placesFor() with parked ${parked}, maxWarm ${maxWarm} and ${totalBytes} bytes`, () => {
    assert.deepEqual(placesFor({ parked, maxWarm }, totalBytes), { places, warmPlaces });
  });
}

const MIB = 1024 ** 2;
const ENOUGH = { limit: GIB, left: GIB };

const shortages: readonly [kind: keyof HostRoom, limit: number, left: number, isLow: boolean][] = [
  ["memory", GIB, GIB / 10 - 1, true],
  ["memory", GIB, GIB / 10, false],
  ["memory", 64 * GIB, 512 * MIB - 1, true],
  ["memory", 64 * GIB, 512 * MIB, false],
  ["processes", 100, 24, true],
  ["processes", 100, 25, false],
  ["processes", 96_000, 255, true],
  ["processes", 96_000, 256, false],
  ["processes", Infinity, Infinity, false],
  ["openFiles", 1_024, 255, true],
  ["openFiles", 1_048_576, 511, true],
  ["openFiles", 1_048_576, 512, false],
];

for (const [kind, limit, left, isLow] of shortages) {
  Deno.test(`isShort() with ${left} of ${limit} ${kind} left`, () => {
    const room = { memory: ENOUGH, processes: ENOUGH, openFiles: ENOUGH, [kind]: { limit, left } };
    assert.equal(isShort(room), isLow);
  });
}
