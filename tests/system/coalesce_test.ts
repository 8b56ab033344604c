import assert from "node:assert/strict";
import { coalesce, type CoalesceOptions } from "../../lib/system/coalesce.ts";

/** Lets everything run that waits for nothing but promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

interface Call {
  readonly items: readonly number[];
  readonly end: (error?: Error) => void;
}

/** Calls that the test ends. */
function gathering(options: Partial<CoalesceOptions> = {}) {
  const calls: Call[] = [];
  const ask = coalesce<number>((items) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    calls.push({ items, end: (error) => error === undefined ? resolve() : reject(error) });
    return promise;
  }, { maxCalls: 1, maxItems: 100, ...options });
  return { ask, items: () => calls.map((call) => call.items), calls };
}

Deno.test("coalesce() batches items of one tick", async () => {
  const { ask, items, calls } = gathering();
  const asked = [1, 2, 3].map(ask);
  await settle();
  assert.deepEqual(items(), [[1, 2, 3]]);
  calls[0]!.end();
  await Promise.all(asked);
});

Deno.test("coalesce() batches items that arrive during a call", async () => {
  const { ask, items, calls } = gathering();
  const first = ask(1);
  await settle();
  const others = [2, 3].map(ask);
  await settle();
  assert.deepEqual(items(), [[1]]);
  calls[0]!.end();
  await first;
  await settle();
  assert.deepEqual(items(), [[1], [2, 3]]);
  calls[1]!.end();
  await Promise.all(others);
  const last = ask(4);
  await settle();
  assert.deepEqual(items(), [[1], [2, 3], [4]]);
  calls[2]!.end();
  await last;
});

Deno.test("coalesce() limits concurrent calls and items per call", async () => {
  const { ask, items, calls } = gathering({ maxCalls: 2, maxItems: 3 });
  const asked = [1, 2, 3, 4, 5, 6, 7, 8].map(ask);
  await settle();
  assert.deepEqual(items(), [[1, 2, 3], [4, 5, 6]]);
  calls[1]!.end();
  await settle();
  assert.deepEqual(items()[2], [7, 8]);
  for (const { end } of calls) end();
  await Promise.all(asked);
});

for (const bad of [[], [1], [5], [2, 3], [1, 2, 3, 4, 5]]) {
  Deno.test(`coalesce() rejects only ${bad.join(", ") || "none"} of five`, async () => {
    const done: number[] = [];
    const ask = coalesce<number>((items) => {
      const fault = items.find((item) => bad.includes(item));
      if (fault !== undefined) return Promise.reject(new RangeError(`${fault} is bad`));
      done.push(...items);
      return Promise.resolve();
    }, { maxCalls: 1, maxItems: 100 });
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map(ask));
    const reasons = results.map((one) => one.status === "rejected" ? one.reason.message : "");
    assert.deepEqual(
      reasons,
      [1, 2, 3, 4, 5].map((one) => bad.includes(one) ? `${one} is bad` : ""),
    );
    // Each of the others once, and in order.
    assert.deepEqual(done, [1, 2, 3, 4, 5].filter((one) => !bad.includes(one)));
  });
}
