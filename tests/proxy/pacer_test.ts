import assert from "node:assert/strict";
import fc from "fast-check";
import { createPacer, type Pacer } from "../../lib/proxy/pacer.ts";

/** Requests that a pacer lets begin while the event loop is busy, and at most. */
const [LEAST, MOST] = [24, 96];

/** Reads and writes of a poll that is used up. */
const ALL = 128;

/** A pacer with a pretend event loop and clock. */
interface Bench {
  readonly pacer: Pacer;
  /** Numbers of the requests that have begun, in order. */
  readonly begun: number[];
  /** A request arrives. */
  readonly arrive: (count?: number) => void;
  /** Requests that have begun end, the first ones first. */
  readonly end: (count: number) => Promise<void>;
  /** Some reads and writes complete. */
  readonly poll: (completed: number) => Promise<void>;
  readonly pass: (ms: number) => Promise<void>;
}

function openBench(): Bench {
  let nowMs = 0;
  let arrived = 0;
  const meter = { completed: 0, onNext: undefined as (() => void) | undefined };
  const afterPoll: (() => void)[] = [];
  const timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const pacer = createPacer({
    meter,
    now: () => nowMs,
    afterPoll: (callback) => void afterPoll.push(callback),
    later: (callback, ms) => void timers.push({ atMs: nowMs + ms, callback }),
  });
  const begun: number[] = [];
  const tickets: number[] = [];
  const enter = async (number: number): Promise<void> => {
    const turn = pacer.enter(nowMs);
    const ticket = typeof turn === "number" ? turn : await turn;
    begun.push(number);
    tickets.push(ticket);
  };
  /** Lets promises resolve. */
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 3; round++) await null;
  };
  return {
    pacer,
    begun,
    arrive(count = 1) {
      for (let index = 0; index < count; index++) void enter(arrived++);
    },
    async end(count) {
      for (const ticket of tickets.splice(0, count)) pacer.leave(ticket);
      await settle();
    },
    async poll(completed) {
      for (let index = 0; index < completed; index++) {
        meter.completed++;
        const { onNext } = meter;
        meter.onNext = undefined;
        onNext?.();
      }
      for (const callback of afterPoll.splice(0)) callback();
      await settle();
    },
    async pass(ms) {
      for (const endMs = nowMs + ms; nowMs < endMs;) {
        nowMs++;
        const due = timers.filter(({ atMs }) => atMs <= nowMs);
        for (const timer of due) timers.splice(timers.indexOf(timer), 1);
        for (const { callback } of due) callback();
        await settle();
      }
    },
  };
}

const firstNumbers = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => index);

Deno.test("a pacer lets some requests begin at once, and others when those end, in order", async () => {
  const bench = openBench();
  bench.arrive(60);
  assert.deepEqual(bench.begun, firstNumbers(LEAST));
  await bench.end(10);
  assert.deepEqual(bench.begun, firstNumbers(LEAST + 10));
  await bench.end(LEAST);
  assert.deepEqual(bench.begun, firstNumbers(2 * LEAST + 10));
  await bench.end(LEAST);
  assert.deepEqual(bench.begun, firstNumbers(60));
});

Deno.test("a pacer lets more begin while polls have room, and halves that after a full one", async () => {
  const bench = openBench();
  bench.arrive(500);
  for (let poll = 1; poll <= 100; poll++) {
    await bench.poll(10);
    assert.equal(bench.begun.length, Math.min(LEAST + poll, MOST));
  }
  await bench.poll(ALL);
  await bench.end(MOST / 2);
  assert.equal(bench.begun.length, MOST);
  await bench.end(1);
  assert.equal(bench.begun.length, MOST + 1);
});

Deno.test("requests of a slow function keep others back for some milliseconds only", async () => {
  const bench = openBench();
  bench.arrive(LEAST + 1);
  assert.equal(bench.begun.length, LEAST);
  await bench.pass(11);
  assert.equal(bench.begun.length, LEAST + 1);
});

Deno.test("requests that have lasted for long keep no other one back", async () => {
  const bench = openBench();
  for (let request = 1; request <= 200; request++) {
    bench.arrive();
    await bench.pass(1);
  }
  assert.equal(bench.begun.length, 200);
  await bench.pass(20);
  bench.arrive(LEAST);
  assert.equal(bench.begun.length, 200 + LEAST);
});

Deno.test("requests begin in the order of their arrival, and all of them do", async () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant("arrive" as const), count: fc.integer({ min: 1, max: 80 }) }),
    fc.record({ type: fc.constant("end" as const), count: fc.integer({ min: 1, max: 80 }) }),
    fc.record({ type: fc.constant("poll" as const), count: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ type: fc.constant("pass" as const), count: fc.integer({ min: 1, max: 12 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const bench = openBench();
      let arrived = 0;
      for (const { type, count } of steps) {
        if (type === "arrive") arrived += count;
        await bench[type](count);
      }
      for (let round = 0; bench.begun.length < arrived && round < 1_000; round++) {
        await bench.pass(10);
      }
      assert.deepEqual(bench.begun, firstNumbers(arrived));
    }),
    { numRuns: 200 },
  );
});
