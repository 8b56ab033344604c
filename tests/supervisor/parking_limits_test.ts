import assert from "node:assert/strict";
import { memoryReserve, placesFor } from "../../lib/supervisor/parking_limits.ts";

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

Deno.test("memoryReserve() is a tenth of the memory, and at most 512 MiB", () => {
  assert.equal(memoryReserve(GIB), GIB / 10);
  assert.equal(memoryReserve(64 * GIB), GIB / 2);
});
