import assert from "node:assert/strict";
import { createCompatReload } from "../../lib/supervisor/compat_reload.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import type { Supervisor } from "../../lib/supervisor/supervisor.ts";
import { failure, functionState, handStop, instance, readyInstance } from "./function_states.ts";

const ready = functionState({ serving: readyInstance(1) });
const reloading = functionState({ serving: readyInstance(1), candidate: instance(2) });
const failed = functionState({ serving: readyInstance(1), failure: failure("check") });
const stopped = functionState({ stoppedByHand: handStop() });
const idle = functionState({ isIdle: true });

/** A supervisor of one function, whose state a test moves. */
function supervisorOf(before: FunctionState | undefined): {
  readonly supervisor: Supervisor;
  readonly become: (state: FunctionState | undefined) => void;
  readonly asked: string[];
} {
  const functions = new Map<string, FunctionState>();
  const asked: string[] = [];
  let changed = Promise.withResolvers<void>();
  const become = (state: FunctionState | undefined): void => {
    if (state === undefined) functions.delete("a");
    else functions.set("a", state);
    changed.resolve();
    changed = Promise.withResolvers();
  };
  become(before);
  const supervisor = {
    functions,
    unsettled: new Set<string>(),
    changed: () => changed.promise,
    reload(name: string) {
      asked.push(name);
      if (!functions.has(name)) return false;
      become(reloading);
      return true;
    },
  };
  return { supervisor: supervisor as unknown as Supervisor, become, asked };
}

const cases: readonly [
  what: string,
  after: FunctionState | undefined,
  reason: string | undefined,
][] = [
  ["becomes ready", ready, undefined],
  ["becomes idle", idle, undefined],
  ["fails while the old revision serves", failed, "No check"],
  ["is stopped by hand", stopped, "the function is stopped for maintenance"],
  ["is removed", undefined, "the function was removed"],
];

for (const [what, after, reason] of cases) {
  Deno.test(`createCompatReload() reports a function that ${what}`, async () => {
    const { supervisor, become } = supervisorOf(ready);
    const outcome = createCompatReload(supervisor)("a");
    become(after);
    assert.deepEqual(
      await outcome,
      reason === undefined ? { isDone: true } : { isDone: false, reason },
    );
  });
}

Deno.test("createCompatReload() stops waiting at its timeout and for missing functions", async () => {
  const { supervisor } = supervisorOf(ready);
  assert.deepEqual(await createCompatReload(supervisor, { timeoutMs: 1 })("a"), {
    isDone: false,
    reason: "the function is still starting",
  });
  assert.deepEqual(await createCompatReload(supervisorOf(undefined).supervisor)("a"), {
    isDone: false,
    reason: "the function does not exist",
  });
});

Deno.test("createCompatReload() shares one reload among concurrent requests", async () => {
  const { supervisor, become, asked } = supervisorOf(ready);
  const reload = createCompatReload(supervisor);
  const both = [reload("a"), reload("a")];
  become(ready);
  await Promise.all(both);
  assert.deepEqual(asked, ["a"]);
  const third = reload("a");
  become(failed);
  assert.equal((await third).isDone, false);
  assert.deepEqual(asked, ["a", "a"]);
});
