import assert from "node:assert/strict";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import { fateOf, type Folder, revisionOf } from "./lifecycle_folders.ts";
import { idsOf } from "./lifecycle_invariants.ts";
import type { LifecycleModel } from "./lifecycle_model.ts";

/** Claims that hold between any two events. */
export function assertWhole(model: LifecycleModel): void {
  const known = [...model.states.values()].flatMap(idsOf).sort();
  const open = [...model.attempts.keys(), ...model.instances.keys()].sort();
  assert.deepEqual(known, open, "what is open is known, to one function alone");
  const starting = [...model.attempts.values()].filter(({ isAborted }) => !isAborted);
  const names = starting.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length, "two starts for one function");
  for (const [name, route] of model.routes) {
    if (route.type !== "instance") continue;
    const instance = model.instances.get(route.id);
    const isThere = instance?.name === name && !instance.isClosing;
    assert.ok(isThere, `the route of ${name} leads to what is closed`);
  }
  for (const name of model.timers.keys()) {
    const { serving, failure } = model.states.get(name)!;
    const isWell = serving !== undefined && serving.hang === undefined && failure === undefined;
    assert.ok(!isWell, `${name} is well, and tried again`);
  }
  for (const name of model.waiting.keys()) {
    const isCared = model.states.get(name)?.candidate !== undefined;
    assert.ok(isCared, `a request waits for ${name}, and nothing comes`);
  }
}

/** Claims that hold when nothing changes any more. */
export function assertQuiet(model: LifecycleModel): void {
  const sorted = (names: Iterable<string>): string[] => [...names].sort();
  assert.deepEqual(sorted(model.states.keys()), sorted(model.folders.keys()));
  assert.equal(model.waiting.size, 0, "somebody waits for ever");
  for (const [name, folder] of model.folders) {
    const state = model.states.get(name)!;
    assert.deepEqual(state.leaving, [], `something of ${name} stays`);
    assert.equal(state.candidate, undefined, `${name} does not come to an end`);
    const isStopped = model.handStops.has(name);
    assert.equal(state.stoppedByHand !== undefined, isStopped, `${name} is stopped by hand`);
    if (isStopped) continue;
    assertAsItsFolder(state, {
      folder,
      isUnlucky: model.unlucky.has(name),
      hasSnapshot: model.snapshots.has(name),
    });
    if (state.serving !== undefined && state.failure === undefined) {
      const { reloads } = model.instances.get(state.serving.id)!;
      assert.equal(reloads, model.reloads.get(name) ?? 0, `${name} serves as before its reload`);
    }
  }
}

function assertAsItsFolder(
  state: FunctionState,
  { folder, isUnlucky, hasSnapshot }: {
    readonly folder: Folder;
    readonly isUnlucky: boolean;
    readonly hasSnapshot: boolean;
  },
): void {
  const { verdict, hasIdlePolicy } = fateOf(folder);
  const { serving, failure, isIdle, requested, name } = state;
  const isComplete = verdict !== "check";
  const revision = revisionOf(folder, { isComplete });
  if (verdict !== "manifest") assert.equal(requested, revision, name);
  const isServed = serving !== undefined && serving.revision === revision;
  assert.ok(serving !== undefined || isIdle || !hasSnapshot, `${name} has a snapshot at least`);
  switch (verdict) {
    case "good":
      // While an instance serves, or a snapshot is idle, a failed start is not retried.
      if (isUnlucky && (serving !== undefined || isIdle) && failure?.stage === "start") break;
      assert.equal(failure, undefined, name);
      assert.equal(serving?.hang, undefined, `${name} hangs for ever`);
      assert.ok(isServed || (isIdle && hasIdlePolicy), `${name} neither serves nor is idle`);
      break;
    case "start":
      assert.ok(!isServed, `${name} can't serve`);
      assert.ok(failure?.stage === "start" || (isIdle && hasIdlePolicy), `${name} is as if good`);
      break;
    case "manifest":
    case "check":
      assert.ok(!isServed && (!isIdle || hasSnapshot), `${name} can't be good`);
      assert.equal(failure?.stage, verdict, name);
      assert.equal(failure?.revision, requested, name);
      break;
    default:
      verdict satisfies never;
  }
}
