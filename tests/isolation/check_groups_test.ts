import assert from "node:assert/strict";
import {
  checkLimits,
  describeOutOfMemory,
  FRESH_CHECK_MS,
  openCheckGroups,
} from "../../lib/isolation/check_groups.ts";
import type { ControlGroups, Group } from "../../lib/sandbox/control_groups.ts";
import { useFakeTimers } from "../fake_timers.ts";

const GIB = 1024 ** 3;

Deno.test("checkLimits() leaves half of a small machine's memory for functions", () => {
  const rows: readonly [machine: number, each: number, together: number][] = [
    [64 * GIB, 2 * GIB, 4 * GIB],
    [8 * GIB, 2 * GIB, 4 * GIB],
    [6 * GIB, 2 * GIB, 3 * GIB],
    [GIB, GIB / 2, GIB / 2],
  ];
  for (const [machine, each, together] of rows) {
    const limits = checkLimits(machine);
    assert.deepEqual([limits.each.memoryBytes, limits.together.memoryBytes], [each, together]);
  }
  assert.match(
    describeOutOfMemory(checkLimits(GIB)),
    /the limit is 512MiB, and 512MiB for all checks together/,
  );
});

/** Fake groups that record the weights. */
function recordGroups(): { readonly groups: ControlGroups; readonly said: string[] } {
  const said: string[] = [];
  const group = (name: string): Group => ({
    setCpuWeight(weight) {
      said.push(`${name} ${weight}`);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]() {
      said.push(`${name} ends`);
      return Promise.resolve();
    },
  });
  const open: ControlGroups["open"] = (name) =>
    Promise.resolve({
      ...group(name),
      joinFiles: [],
      oomKills: () => Promise.resolve(0),
      ownMemoryBytes: () => 0,
      cpuTimeMs: () => Promise.resolve(0),
    });
  const groups: ControlGroups = {
    ...group("top"),
    open,
    openParent: (name) => Promise.resolve({ ...group(name), open }),
  };
  return { groups, said };
}

Deno.test("openCheckGroups() lowers the CPU weight of slow checks, and of all checks when none is new", async () => {
  using timers = useFakeTimers();
  const { groups, said } = recordGroups();
  const checks = await openCheckGroups(groups, checkLimits(8 * GIB));
  const bomb = await checks.open("bomb");
  assert.deepEqual(said.splice(0), ["checks 50"]);
  timers.pass(FRESH_CHECK_MS - 1);
  const update = await checks.open("update");
  assert.deepEqual(said.splice(0), ["checks 50"]);
  timers.pass(1);
  await update[Symbol.asyncDispose]();
  // Weights are updated in turn, after the update has ended.
  assert.deepEqual(said.splice(0), ["bomb 1", "checks 10", "checks 10", "update ends"]);
  await bomb[Symbol.asyncDispose]();
  await checks[Symbol.asyncDispose]();
  assert.deepEqual(said, ["bomb ends", "checks ends"]);
  assert.equal(timers.count(), 0);
});
