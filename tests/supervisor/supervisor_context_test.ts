import assert from "node:assert/strict";
import { startsAtOnce } from "../../lib/supervisor/supervisor_context.ts";

const MIB = 1024 ** 2;

const cases: readonly [cores: number, availableMib: number, starts: number][] = [
  [4, 64 * 1024, 8],
  [1, 64 * 1024, 2],
  [64, 1024, 8],
  [4, 1024, 8],
  [4, 1023, 7],
  [4, 128, 1],
  [4, 127, 1],
  [4, 0, 1],
];

for (const [cores, availableMib, starts] of cases) {
  Deno.test(`startsAtOnce() with ${cores} cores and ${availableMib} MiB is ${starts}`, () => {
    assert.equal(startsAtOnce({ cores, availableBytes: availableMib * MIB }), starts);
  });
}
