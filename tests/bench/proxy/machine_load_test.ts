import assert from "node:assert/strict";
import { loadBetween, type Reading } from "./machine_load.ts";

/** Returns a line of `/proc/PID/stat` with its own ticks and those of children that have ended. */
function stat(pid: number, parent: number, [own, ended]: readonly [number, number]): string {
  return `${pid} (a (name) 1 2) S ${parent} ${"0 ".repeat(9)}${own} 0 ${ended} 0 20 0`;
}

function reading(user: number, stolen: number, processes: readonly string[]): Reading {
  return { machine: `cpu  ${user} 0 50 900 5 0 0 ${stolen} 0 0\ncpu0 1 1 1`, processes };
}

Deno.test("loadBetween() leaves out the process, its descendants and children that ended", () => {
  const before = reading(1_000, 0, [
    stat(1, 0, [100, 0]),
    stat(10, 1, [5, 0]),
    stat(11, 10, [7, 0]),
    stat(20, 1, [50, 0]),
  ]);
  const after = reading(1_300, 10, [
    stat(1, 0, [100, 0]),
    stat(10, 1, [15, 40]),
    stat(12, 10, [100, 0]),
    stat(13, 12, [7, 0]),
    stat(20, 1, [200, 0]),
  ]);
  // The benchmark: 10 + 40 + 100 + 7 - 7 of 300 ticks.
  assert.deepEqual(loadBetween([before, after], { pid: 10, seconds: 2 }), {
    others: 0.75,
    stolen: 0.05,
  });
});

Deno.test("loadBetween() is never negative, because counters are rounded", () => {
  const before = reading(1_000, 0, [stat(10, 1, [0, 0])]);
  const after = reading(1_001, 0, [stat(10, 1, [3, 0])]);
  assert.equal(loadBetween([before, after], { pid: 10, seconds: 1 }).others, 0);
});
