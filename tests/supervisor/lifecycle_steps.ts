import fc from "fast-check";
import assert from "node:assert/strict";
import type { Luck } from "./lifecycle_attempt.ts";
import { ENTRY_COUNT, LIB_COUNT } from "./lifecycle_folders.ts";
import type { LifecycleModel } from "./lifecycle_model.ts";

const NAMES = ["a", "b"];

const name = fc.constantFrom(...NAMES);
const index = fc.nat({ max: 5 });
const mask = fc.nat({ max: 2 ** NAMES.length - 1 });
const luck = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Luck>("good") },
  fc.constantFrom<Luck>("start", "host", "network"),
);
const entry = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: ENTRY_COUNT - 1 }));
const lib = fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 1 }) }, fc.nat({ max: LIB_COUNT - 1 }));

/** One step of the world; a step that is impossible at the time does nothing. */
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const step = fc.oneof(
  often(5, { type: fc.constant("write"), name, entry, lib }),
  often(1, { type: fc.constant("remove"), name }),
  often(1, { type: fc.constant("rename"), name, to: name }),
  // Begins a scan or ends the running one.
  often(6, { type: fc.constant("scan"), mask }),
  often(8, { type: fc.constant("advance"), index, luck }),
  often(8, { type: fc.constant("deliver"), index }),
  // All attempts succeed for a while.
  often(12, { type: fc.constant("work"), turns: fc.integer({ min: 1, max: 12 }) }),
  // An earlier event is delivered again.
  often(4, { type: fc.constant("echo"), back: fc.nat({ max: 20 }) }),
  often(3, { type: fc.constant("exit"), index }),
  often(4, { type: fc.constant("hang"), index, cause: fc.constantFrom("blocked", "unhealthy") }),
  often(2, { type: fc.constant("recover"), index }),
  often(5, { type: fc.constant("rest"), index }),
  often(6, { type: fc.constant("request"), name }),
  often(2, { type: fc.constant("reload"), name }),
  often(2, { type: fc.constantFrom("stop", "start", "start"), name }),
  often(6, { type: fc.constant("tick"), ms: fc.nat({ max: 40_000 }) }),
);

/** Histories that are long enough for a few starts and stops. */
export const history: fc.Arbitrary<Step[]> = fc.array(step, {
  minLength: 10,
  maxLength: 120,
  size: "max",
});

/** Performs one step. */
export function move(model: LifecycleModel, step: Step): void {
  const isMasked = (mask: number) => (name: string) => (mask >> NAMES.indexOf(name) & 1) === 1;
  switch (step.type) {
    case "write":
      model.folders.set(step.name, { entry: step.entry, lib: step.lib });
      break;
    case "remove":
      model.folders.delete(step.name);
      break;
    case "rename": {
      const folder = model.folders.get(step.name);
      if (folder === undefined) break;
      model.folders.delete(step.name);
      model.folders.set(step.to, folder);
      break;
    }
    case "scan":
      model.scan(isMasked(step.mask));
      break;
    case "advance": {
      const id = pick(runningOf(model), step.index);
      if (id !== undefined) model.advance(id, step.luck);
      break;
    }
    case "work":
      for (let turn = 0; turn < step.turns; turn++) {
        for (const id of runningOf(model)) model.advance(id, "good");
        model.mailbox.deliver(0);
      }
      break;
    case "deliver":
      model.mailbox.deliver(step.index);
      break;
    case "echo": {
      const echo = model.echoes.at(-1 - step.back);
      if (echo !== undefined) model.dispatch(...echo);
      break;
    }
    case "exit": {
      const id = pick([...model.instances.keys()], step.index);
      if (id !== undefined) model.exit(id);
      break;
    }
    case "hang": {
      const id = pick([...model.instances.keys()], step.index);
      if (id !== undefined) model.hang(id, step.cause);
      break;
    }
    case "recover": {
      const id = pick([...model.instances.keys()], step.index);
      if (id !== undefined) model.recover(id);
      break;
    }
    case "rest": {
      const id = pick([...model.instances.keys()], step.index);
      if (id !== undefined) model.rest(id);
      break;
    }
    case "request":
      model.request(step.name);
      break;
    case "reload":
      model.reload(step.name);
      break;
    case "stop":
      model.stopByHand(step.name);
      break;
    case "start":
      model.startByHand(step.name);
      break;
    case "tick":
      model.tick(step.ms);
      break;
    default:
      step satisfies never;
  }
}

function often<Fields>(
  weight: number,
  fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> },
): { readonly weight: number; readonly arbitrary: fc.Arbitrary<Fields> } {
  return { weight, arbitrary: fc.record(fields) as fc.Arbitrary<Fields> };
}

/** Longer than any pause. */
const LONG_MS = 130_000;

/** Lets everything come to its end; what can't start is tried again for a while. */
export function comeToRest(model: LifecycleModel): void {
  for (let round = 0; round < 4; round++) {
    model.tick(LONG_MS);
    calmDown(model);
  }
}

/**
 * Brings the folders back after all was gone, lets the host fail at the given step of each start,
 * and gives how much a scan finds to do.
 */
export function sufferHostFault(model: LifecycleModel, atStep: number): number {
  const folders = [...model.folders];
  model.folders.clear();
  comeToRest(model);
  for (const [name, folder] of folders) model.folders.set(name, folder);
  model.scan();
  model.scan();
  for (let step = 0; step <= atStep; step++) {
    for (const id of runningOf(model)) model.advance(id, step < atStep ? "good" : "host");
    while (model.mailbox.deliver(0));
  }
  model.scan();
  return model.scan();
}

function calmDown(model: LifecycleModel): void {
  if (model.isScanning) model.scan();
  for (let round = 0; round < 100; round++) {
    let isBusy = false;
    while (model.mailbox.deliver(0)) isBusy = true;
    for (const id of runningOf(model)) {
      model.advance(id, "good");
      isBusy = true;
    }
    model.scan();
    if (model.scan() === 0 && !isBusy) return;
  }
  assert.fail("It does not come to rest");
}

function runningOf(model: LifecycleModel): number[] {
  return [...model.attempts].filter(([, { isDone }]) => !isDone).map(([id]) => id);
}

function pick<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % items.length];
}
