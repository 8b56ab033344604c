import assert from "node:assert/strict";
import { UNKNOWN_NAME } from "../../lib/namespace/name_state.ts";
import { followNames, type Names } from "../../lib/namespace/name_watch.ts";
import type { Resolution } from "../../lib/namespace/resolve_name.ts";
import { type Arrivals, arrivals, settle } from "./arrivals.ts";
import { fakeTimers } from "./fake_timers.ts";

/** A query that waits for its answer. */
interface Question {
  readonly name: string;
  readonly answer: (resolution: Resolution) => void;
}

interface Stage {
  readonly names: Names;
  readonly questions: Arrivals<Question>;
}

function openStage(): Stage {
  const questions = arrivals<Question>();
  const names = followNames((name) => {
    const { promise, resolve } = Promise.withResolvers<Resolution>();
    questions.push({ name, answer: resolve });
    return promise;
  });
  return { names, questions };
}

const found = (...addresses: string[]): Resolution => ({
  type: "found",
  addresses,
  ttlMs: 60_000,
});

const failed: Resolution = { type: "failed", reason: "ETIMEOUT" };

Deno.test("NameWatch.stateOf() is unknown before the first answer", async () => {
  const { names, questions } = openStage();
  using watch = names.watch(["a.test"], () => {});
  assert.equal(watch.stateOf("a.test"), UNKNOWN_NAME);
  assert.equal(watch.stateOf("other.test"), UNKNOWN_NAME);
  const { name, answer } = await questions.next();
  assert.equal(name, "a.test");
  answer(found("192.0.2.1"));
  await watch.known;
  assert.deepEqual(watch.stateOf("a.test").addresses, ["192.0.2.1"]);
});

Deno.test("NameWatch.known waits for every name, failed ones included", async () => {
  const { names, questions } = openStage();
  using watch = names.watch(["a.test", "b.test", "c.test"], () => {});
  let isKnown = false;
  const known = watch.known.then(() => isKnown = true);
  for (const resolution of [found("192.0.2.1"), { type: "missing", wanted: "IPv4" } as const]) {
    (await questions.next()).answer(resolution);
  }
  await settle();
  assert.ok(!isKnown);
  (await questions.next()).answer(failed);
  await known;
  assert.match(watch.stateOf("b.test").problem!, /does not resolve/);
  assert.match(watch.stateOf("c.test").problem!, /ETIMEOUT/);
});

Deno.test("NameWatch.known resolves at once without names", async () => {
  const { names, questions } = openStage();
  using watch = names.watch([], () => {});
  await watch.known;
  assert.equal(questions.count(), 0);
});

Deno.test("Names.watch() queries a name once for all watchers", async () => {
  const { names, questions } = openStage();
  const calls: string[] = [];
  using one = names.watch(["a.test", "a.test"], () => calls.push("one"));
  using other = names.watch(["a.test"], () => calls.push("other"));
  const { answer } = await questions.next();
  answer(found("192.0.2.1"));
  await Promise.all([one.known, other.known]);
  using late = names.watch(["a.test"], () => calls.push("late"));
  await late.known;
  assert.equal(questions.count(), 0);
  assert.deepEqual(calls.sort(), ["one", "other"]);
  for (const watch of [one, other, late]) {
    assert.deepEqual(watch.stateOf("a.test").addresses, ["192.0.2.1"]);
  }
});

Deno.test("Names.watch() queries several names in parallel", async () => {
  const { names, questions } = openStage();
  using _ = names.watch(["a.test", "b.test"], () => {});
  using __ = names.watch(["b.test", "c.test"], () => {});
  assert.equal(questions.count(), 3);
  const asked = [await questions.next(), await questions.next(), await questions.next()];
  assert.deepEqual(asked.map(({ name }) => name), ["a.test", "b.test", "c.test"]);
});

Deno.test("Names.watch() queries again after the TTL, and reports changes", async () => {
  using timers = fakeTimers();
  const { names, questions } = openStage();
  const changes = arrivals<readonly string[]>();
  using watch = names.watch(["a.test"], () => {
    const { addresses, retired } = watch.stateOf("a.test");
    changes.push([...addresses, "/", ...retired]);
  });
  const rounds: readonly [answer: Resolution, waitMs: number, change?: readonly string[]][] = [
    [found("192.0.2.1"), 60_000, ["192.0.2.1", "/"]],
    [found("192.0.2.1"), 60_000],
    [{ ...found("192.0.2.2"), ttlMs: 7_000 } as Resolution, 7_000, ["192.0.2.2", "/", "192.0.2.1"]],
    // The previous address is no longer allowed.
    [found("192.0.2.2"), 60_000, ["192.0.2.2", "/"]],
    [failed, 5_000, ["192.0.2.2", "/"]],
    [failed, 10_000],
    [{ type: "missing", wanted: "IPv4" }, 20_000, ["/"]],
  ];
  for (const [answer, waitMs, change] of rounds) {
    (await questions.next()).answer(answer);
    const timer = await timers.next();
    assert.equal(timer.ms, waitMs);
    assert.equal(changes.count(), change === undefined ? 0 : 1);
    if (change !== undefined) assert.deepEqual(await changes.next(), change);
    assert.equal(questions.count(), 0);
    timer.fire();
  }
});

Deno.test("Names.watch() continues until the last watcher is disposed", async () => {
  using timers = fakeTimers();
  const { names, questions } = openStage();
  const calls: string[] = [];
  const one = names.watch(["a.test"], () => calls.push("one"));
  const other = names.watch(["a.test"], () => calls.push("other"));
  (await questions.next()).answer(found("192.0.2.1"));
  const first = await timers.next();
  assert.deepEqual(calls.splice(0).sort(), ["one", "other"]);
  one[Symbol.dispose]();
  assert.ok(!first.isCleared());
  first.fire();
  (await questions.next()).answer(found("192.0.2.2"));
  const second = await timers.next();
  assert.deepEqual(calls, ["other"]);
  assert.deepEqual(other.stateOf("a.test").addresses, ["192.0.2.2"]);
  other[Symbol.dispose]();
  await settle();
  assert.ok(second.isCleared());
  assert.equal(questions.count(), 0);
  assert.equal(other.stateOf("a.test"), UNKNOWN_NAME);
});

Deno.test("Names.watch() forgets each name on its own", async () => {
  const { names, questions } = openStage();
  const one = names.watch(["a.test", "b.test"], () => {});
  using other = names.watch(["b.test"], () => {});
  (await questions.next()).answer(found("192.0.2.1"));
  (await questions.next()).answer(found("192.0.2.2"));
  await one.known;
  one[Symbol.dispose]();
  assert.equal(other.stateOf("a.test"), UNKNOWN_NAME);
  assert.deepEqual(other.stateOf("b.test").addresses, ["192.0.2.2"]);
});

Deno.test("Names.watch() queries a forgotten name again", async () => {
  const { names, questions } = openStage();
  const one = names.watch(["a.test"], () => {});
  (await questions.next()).answer(found("192.0.2.1"));
  await one.known;
  one[Symbol.dispose]();
  using other = names.watch(["a.test"], () => {});
  assert.equal(other.stateOf("a.test"), UNKNOWN_NAME);
  (await questions.next()).answer(found("192.0.2.2"));
  await other.known;
  assert.deepEqual(other.stateOf("a.test").addresses, ["192.0.2.2"]);
});

Deno.test("Names.watch() ignores an answer after disposal", async () => {
  const { names, questions } = openStage();
  let calls = 0;
  const one = names.watch(["a.test"], () => calls++);
  const late = await questions.next();
  one[Symbol.dispose]();
  using other = names.watch(["a.test"], () => calls++);
  late.answer(found("192.0.2.1"));
  await one.known;
  await settle();
  assert.equal(calls, 0);
  assert.equal(other.stateOf("a.test"), UNKNOWN_NAME);
  // One query for the second watcher, and no second one for the first.
  assert.equal(questions.count(), 1);
});
