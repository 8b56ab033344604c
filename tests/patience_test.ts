import { equal, match, rejects } from "node:assert/strict";
import { useFakeTimers } from "./fake_timers.ts";
import { eventually, type Machine, openPatience, patienceMs, within } from "./patience.ts";

const QUIET: Machine = { load: 0.5, processors: 2 };
const BUSY: Machine = { load: 10, processors: 2 };

Deno.test("patienceMs() grows with the load up to a limit", () => {
  const settleMs = patienceMs(QUIET);
  equal(patienceMs({ load: 2, processors: 2 }), settleMs);
  equal(patienceMs(BUSY), 5 * settleMs);
  equal(patienceMs({ load: 10, processors: 40 }), settleMs);
  equal(patienceMs({ load: 1e6, processors: 1 }), patienceMs({ load: 1e9, processors: 1 }));
});

Deno.test("openPatience() adapts to load that begins while it waits", () => {
  using timers = useFakeTimers();
  let machine = QUIET;
  using patience = openPatience("an event", { readMachine: () => machine, now: () => "nothing" });
  timers.pass(patienceMs(QUIET) - 1);
  machine = BUSY;
  timers.pass(patienceMs(BUSY) - patienceMs(QUIET));
  equal(patience.signal.aborted, false);
  timers.pass(1);
  match(
    String(patience.signal.reason),
    /in vain for an event \(300 s, .* 2 processors\)\n.*\nnothing$/,
  );
});

Deno.test("openPatience() leaves no timer behind after disposal", () => {
  using timers = useFakeTimers();
  openPatience("an event")[Symbol.dispose]();
  equal(timers.count(), 0);
});

Deno.test("within() returns the value or rejects after the time", async () => {
  using timers = useFakeTimers();
  equal(await within(Promise.resolve("it"), "it"), "it");
  equal(timers.count(), 0);
  const waiting = within(new Promise(() => {}), "nothing", { readMachine: () => QUIET });
  timers.pass(patienceMs(QUIET));
  await rejects(waiting, /Waited in vain for nothing/);
});

Deno.test("eventually() repeats a condition until it holds, and ends one that hangs", async () => {
  let looks = 0;
  await eventually("the third look", () => ++looks === 3);
  equal(looks, 3);
  using timers = useFakeTimers();
  const hanging = eventually("an answer", () => new Promise<boolean>(() => {}), {
    readMachine: () => QUIET,
  });
  timers.pass(patienceMs(QUIET));
  await rejects(hanging, /Waited in vain for an answer/);
});
