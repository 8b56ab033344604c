import { deepEqual, equal } from "node:assert/strict";
import type { MainThread } from "../../lib/process/main_thread.ts";
import {
  HANG_SAMPLES,
  type HangEvidence,
  type HangSigns,
} from "../../lib/supervisor/hang_verdict.ts";
import { watchHang } from "../../lib/supervisor/hang_watch.ts";
import { useFakeTimers } from "../fake_timers.ts";

const HANG_MS = 600;

const SAMPLE_MS = HANG_MS / HANG_SAMPLES;

const INSTANCE = { pid: 7, endpoint: { hostname: "127.0.0.1", port: 1 } };

/** An instance whose signs a test changes, with the calls that the watch made. */
function watch(hangTimeoutMs = HANG_MS) {
  const clock = useFakeTimers();
  const signs: { -readonly [Key in keyof HangSigns]: number } = {
    waiting: 0,
    requests: 0,
    answers: 0,
  };
  let nowMs = 0;
  const watching = {
    signs,
    thread: "busy" as MainThread,
    connection: "waits" as HangEvidence["connection"],
    calls: [] as string[],
    threadsRead: 0,
    probesOpened: 0,
    probesOpen: 0,
    costMs: 0,
    async sample(count = 1): Promise<void> {
      for (let turn = 0; turn < count; turn++) {
        nowMs += SAMPLE_MS;
        clock.pass(SAMPLE_MS);
        for (let step = 0; step < 10; step++) await Promise.resolve();
      }
    },
    [Symbol.dispose]() {
      hang[Symbol.dispose]();
      equal(watching.probesOpen, 0, "a probe is left open");
      equal(clock.count(), 0, "a timer is left");
      clock[Symbol.dispose]();
    },
  };
  const hang = watchHang({
    instance: INSTANCE,
    readSigns: () => ({ ...signs }),
    hangTimeoutMs,
    onHung: (wellAtMs) => watching.calls.push(`hung, well at ${wellAtMs}`),
    onRecovered: () => watching.calls.push("recovered"),
    onUndetectable: () => watching.calls.push("undetectable"),
    onError: (error) => watching.calls.push(String(error)),
    now: () => nowMs,
    readThread(pid) {
      equal(pid, INSTANCE.pid);
      watching.threadsRead++;
      return Promise.resolve(watching.thread);
    },
    openProbe() {
      watching.probesOpened++;
      watching.probesOpen++;
      return {
        check() {
          nowMs += watching.costMs;
          return Promise.resolve(watching.connection);
        },
        [Symbol.dispose]: () => void watching.probesOpen--,
      };
    },
  });
  return watching;
}

Deno.test("watchHang() does not ask the kernel while all requests are answered", async () => {
  using watching = watch();
  await watching.sample(20);
  for (let turn = 0; turn < 20; turn++) {
    Object.assign(watching.signs, { waiting: 5, requests: turn + 5, answers: turn + 1 });
    await watching.sample();
  }
  deepEqual([watching.threadsRead, watching.probesOpened, watching.calls], [0, 0, []]);
});

Deno.test("watchHang() opens no connection while the event loop waits for events", async () => {
  using watching = watch();
  watching.thread = "idle";
  Object.assign(watching.signs, { waiting: 1, requests: 1 });
  await watching.sample(20);
  deepEqual([watching.threadsRead, watching.probesOpened, watching.calls], [20, 0, []]);
});

Deno.test("watchHang() reports that a hang is undetectable", async () => {
  using watching = watch();
  watching.thread = "unknown";
  Object.assign(watching.signs, { waiting: 1, requests: 1 });
  await watching.sample(2);
  watching.thread = "gone";
  await watching.sample(HANG_SAMPLES);
  deepEqual([watching.probesOpened, watching.calls], [0, ["undetectable", "undetectable"]]);
});

Deno.test("watchHang() reports an instance that accepts no connection once", async () => {
  using watching = watch();
  await watching.sample(2);
  Object.assign(watching.signs, { waiting: 1, requests: 1 });
  await watching.sample(HANG_SAMPLES);
  deepEqual(watching.calls, []);
  await watching.sample();
  deepEqual(watching.calls, [`hung, well at ${2 * SAMPLE_MS}`]);
  await watching.sample(20);
  equal(watching.calls.length, 1);
  equal(watching.probesOpened, 1);
});

Deno.test("watchHang() continues after clients give up, by its own connection", async () => {
  using watching = watch();
  Object.assign(watching.signs, { waiting: 1, requests: 1 });
  await watching.sample();
  watching.signs.waiting = 0;
  await watching.sample(HANG_SAMPLES);
  deepEqual(watching.calls, ["hung, well at 0"]);
});

Deno.test("watchHang() starts over when the instance shows life", async () => {
  const signsOfLife: ((watching: ReturnType<typeof watch>) => void)[] = [
    (watching) => watching.connection = "accepted",
    (watching) => watching.thread = "idle",
    (watching) => watching.signs.answers++,
  ];
  for (const showLife of signsOfLife) {
    using watching = watch();
    Object.assign(watching.signs, { waiting: 1, requests: 1 });
    await watching.sample(HANG_SAMPLES);
    showLife(watching);
    await watching.sample();
    equal(watching.probesOpen, 0);
    Object.assign(watching, { connection: "waits", thread: "busy" });
    await watching.sample(HANG_SAMPLES);
    deepEqual(watching.calls, []);
    await watching.sample();
    equal(watching.calls.length, 1);
  }
});

Deno.test("watchHang() samples less often when a sample takes long", async () => {
  using watching = watch();
  watching.costMs = SAMPLE_MS;
  Object.assign(watching.signs, { waiting: 1, requests: 1 });
  await watching.sample(45);
  equal(watching.threadsRead, 4);
  await watching.sample(HANG_SAMPLES * 20);
  equal(watching.calls.length, 1);
});

Deno.test("watchHang() reports when a hung instance is well again", async () => {
  using watching = watch();
  Object.assign(watching.signs, { waiting: 1, requests: 1 });
  await watching.sample(HANG_SAMPLES + 1);
  watching.connection = "accepted";
  await watching.sample();
  deepEqual(watching.calls, ["hung, well at 0", "recovered"]);
});

Deno.test("watchHang() does not sample with an infinite timeout or after its disposal", async () => {
  {
    using watching = watch(Infinity);
    Object.assign(watching.signs, { waiting: 1, requests: 1 });
    await watching.sample(20);
    deepEqual([watching.threadsRead, watching.calls], [0, []]);
  }
  const watching = watch();
  Object.assign(watching.signs, { waiting: 1, requests: 1 });
  await watching.sample(HANG_SAMPLES);
  watching[Symbol.dispose]();
  deepEqual(watching.calls, []);
});
