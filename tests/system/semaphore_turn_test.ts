import assert from "node:assert/strict";
import { createSemaphore, type Semaphore, type TurnOptions } from "../../lib/system/semaphore.ts";
import { useFakeTimers } from "../fake_timers.ts";

/** Lets everything run that waits for nothing but promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** Tasks by name, each of which runs until it is ended. */
interface Stage {
  readonly started: string[];
  readonly add: (name: string, options?: TurnOptions) => Promise<string>;
  readonly end: (name: string) => Promise<void>;
}

function stageOf(semaphore: Semaphore): Stage {
  const started: string[] = [];
  const gates = new Map<string, () => void>();
  return {
    started,
    add: (name, options) =>
      semaphore.run(async () => {
        started.push(name);
        await new Promise<void>((resolve) => gates.set(name, resolve));
        return name;
      }, options),
    async end(name) {
      gates.get(name)!();
      await settle();
    },
  };
}

Deno.test("run() starts urgent tasks first", async () => {
  const { add, end, started } = stageOf(createSemaphore(1));
  const all = [
    add("running"),
    add("early"),
    add("urgent", { isUrgent: () => true }),
    add("urgent too", { isUrgent: () => true }),
  ];
  for (const name of ["running", "urgent", "urgent too", "early"]) {
    assert.equal(started.at(-1), name);
    await end(name);
  }
  assert.deepEqual(await Promise.all(all), ["running", "early", "urgent", "urgent too"]);
});

Deno.test("run() asks whether a task is urgent when a place becomes free", async () => {
  const { add, end, started } = stageOf(createSemaphore(1));
  let [becomes, ceases] = [false, true];
  const all = [
    add("running"),
    add("early"),
    add("ceases", { isUrgent: () => ceases }),
    add("becomes", { isUrgent: () => becomes }),
  ];
  [becomes, ceases] = [true, false];
  for (const name of ["running", "becomes", "early", "ceases"]) {
    assert.equal(started.at(-1), name);
    await end(name);
  }
  await Promise.all(all);
});

Deno.test("run() frees a place that is held too long", async () => {
  using clock = useFakeTimers();
  const { add, end, started } = stageOf(createSemaphore(1, { maxHoldMs: 100 }));
  const all = [add("slow"), add("second"), add("third"), add("fourth")];
  clock.pass(99);
  await settle();
  assert.deepEqual(started, ["slow"]);
  clock.pass(1);
  await settle();
  assert.deepEqual(started, ["slow", "second"]);
  // The place is no longer its own, and it has none to give.
  await end("slow");
  assert.deepEqual(started, ["slow", "second"]);
  await end("second");
  assert.deepEqual(started, ["slow", "second", "third"]);
  await end("third");
  await end("fourth");
  assert.deepEqual(await Promise.all(all), ["slow", "second", "third", "fourth"]);
  assert.equal(clock.count(), 0, "a timer is left");
});

Deno.test("run() gives a place that was held too long to the next task", async () => {
  using clock = useFakeTimers();
  const { add, end, started } = stageOf(createSemaphore(1, { maxHoldMs: 100 }));
  const slow = add("slow");
  clock.pass(100);
  const next = add("next");
  const last = add("last");
  assert.deepEqual(started, ["slow", "next"]);
  await end("slow");
  assert.deepEqual(started, ["slow", "next"]);
  await end("next");
  await end("last");
  await Promise.all([slow, next, last]);
});

Deno.test("run() rejects a task that is aborted while it waits", async () => {
  const { add, end, started } = stageOf(createSemaphore(1));
  const running = add("running");
  const abort = new AbortController();
  const given = add("given up", { signal: abort.signal });
  const next = add("next");
  abort.abort(new RangeError("no"));
  await assert.rejects(given, RangeError);
  await end("running");
  assert.deepEqual(started, ["running", "next"]);
  await end("next");
  await Promise.all([running, next]);
});

Deno.test("run() does not start a task that is already aborted", async () => {
  const semaphore = createSemaphore(1);
  const task = (): Promise<void> => assert.fail("it began");
  await assert.rejects(semaphore.run(task, { signal: AbortSignal.abort() }), {
    name: "AbortError",
  });
  assert.equal(await semaphore.run(() => Promise.resolve(1)), 1);
});

Deno.test("run() does not interrupt a running task on abort", async () => {
  const { add, end } = stageOf(createSemaphore(1));
  const abort = new AbortController();
  const first = add("first");
  const second = add("second", { signal: abort.signal });
  await end("first");
  abort.abort();
  await end("second");
  assert.deepEqual(await Promise.all([first, second]), ["first", "second"]);
});
