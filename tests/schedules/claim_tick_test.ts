import assert from "node:assert/strict";
import type { KvStore, VersionedValue } from "../../lib/kv/kv_store.ts";
import { createTickClaims } from "../../lib/schedules/claim_tick.ts";
import type { ScheduledRequest } from "../../lib/schedules/scheduled_request.ts";
import { EACH_MINUTE, NOON_MS } from "./pretend.ts";

interface PretendStore extends KvStore {
  isAway: boolean;
  value: string | undefined;
}

/** A store with one key. */
function pretendStore(): PretendStore {
  let seen: VersionedValue = { value: undefined, version: new Uint8Array() };
  let writes = 0;
  const store: PretendStore = {
    isAway: false,
    get value() {
      return seen.value === undefined ? undefined : new TextDecoder().decode(seen.value);
    },
    set value(text) {
      seen = { value: new TextEncoder().encode(text), version: Uint8Array.of(++writes) };
    },
    async get() {
      await Promise.resolve();
      if (store.isAway) throw new Error("Cannot connect");
      return seen;
    },
    async replace(_key, { version, value }) {
      await Promise.resolve();
      if (store.isAway) throw new Error("Cannot connect");
      if (`${version}` !== `${seen.version}`) return false;
      seen = { value, version: Uint8Array.of(++writes) };
      return true;
    },
  };
  return store;
}

/** Time that passes only in pauses, for all hosts; each host's clock may be wrong. */
function pretendTime() {
  const waiting: { readonly atMs: number; readonly wake: () => void }[] = [];
  let passedMs = 0;
  return {
    now: (): number => NOON_MS + passedMs,
    async pause(ms: number, signal?: AbortSignal): Promise<void> {
      if (signal?.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ atMs: passedMs + ms, wake: resolve });
      signal?.addEventListener("abort", () => resolve());
      await promise;
    },
    async pass(ms: number): Promise<void> {
      const untilMs = passedMs + ms;
      for (;;) {
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        waiting.sort((a, b) => a.atMs - b.atMs);
        if (waiting.length === 0 || waiting[0]!.atMs > untilMs) break;
        const { atMs, wake } = waiting.shift()!;
        passedMs = atMs;
        wake();
      }
      passedMs = untilMs;
    },
  };
}

function requestAt(tickMs: number, rest: Partial<ScheduledRequest> = {}): ScheduledRequest {
  const { signal } = new AbortController();
  return { function: "jobs", schedule: EACH_MINUTE, tickMs, signal, ...rest };
}

function setUp() {
  const store = pretendStore();
  const time = pretendTime();
  const hostOf = (host: string, aheadMs = 0) =>
    createTickClaims({
      storeOf: () => store,
      host,
      now: () => time.now() + aheadMs,
      pause: time.pause,
    });
  return { store, time, hostOf };
}

Deno.test("createTickClaims() gives a tick to one of three hosts that ask at once", async () => {
  const { time, hostOf } = setUp();
  const claims = ["a", "b", "c"].map((host) => hostOf(host)(requestAt(NOON_MS)));
  const all = Promise.all(claims);
  await time.pass(60_000);
  assert.equal((await all).filter((claimed) => claimed !== undefined).length, 1);
});

Deno.test("createTickClaims() gives a tick once to hosts whose clocks are ten minutes apart", async () => {
  const { time, hostOf } = setUp();
  const [late, early] = [hostOf("late"), hostOf("early", 600_000)];
  const first = await early(requestAt(NOON_MS + 600_000));
  assert(first !== undefined);
  await first[Symbol.asyncDispose]();
  await time.pass(600_000);
  assert.equal(await late(requestAt(NOON_MS + 600_000)), undefined);
  assert((await late(requestAt(NOON_MS + 660_000))) !== undefined);
});

Deno.test("createTickClaims() leaves a tick out while a run of another host goes on", async () => {
  const { time, hostOf } = setUp();
  const [one, other] = [hostOf("one"), hostOf("other")];
  const first = await one(requestAt(NOON_MS));
  const second = other(requestAt(NOON_MS + 60_000));
  await time.pass(60_000);
  assert.equal(await second, undefined);

  const queued = other(
    requestAt(NOON_MS + 120_000, { schedule: { ...EACH_MINUTE, overlap: "queue" } }),
  );
  let isClaimed = false;
  void queued.then(() => isClaimed = true);
  await time.pass(300_000);
  assert.equal(isClaimed, false);
  await first![Symbol.asyncDispose]();
  await time.pass(60_000);
  assert((await queued) !== undefined);
});

Deno.test("createTickClaims() takes over from a host that went away during a run", async () => {
  const { store, time, hostOf } = setUp();
  store.value = JSON.stringify({ tickMs: NOON_MS, host: "gone", isRunning: true, beat: 7 });
  const next = hostOf("other")(requestAt(NOON_MS + 60_000));
  const same = hostOf("third")(requestAt(NOON_MS));
  await time.pass(60_000);
  assert((await next) !== undefined);
  // Nobody knows what the run had done.
  assert.equal(await same, undefined);
});

Deno.test("createTickClaims() waits before it asks a store again that refused a write", async () => {
  const { store, time, hostOf } = setUp();
  let writes = 0;
  const replace = (): Promise<boolean> =>
    // Without a pause, the test would never end.
    ++writes > 100 ? Promise.reject(new Error("Too often")) : Promise.resolve(false);
  Object.assign(store, { replace });
  const stopping = new AbortController();
  const claim = hostOf("a")(requestAt(NOON_MS, { signal: stopping.signal }));
  await time.pass(0);
  assert.equal(writes, 1);
  await time.pass(20_000);
  assert.equal(writes, 5);
  stopping.abort();
  assert.equal(await claim, undefined);
});

Deno.test("createTickClaims() tries again for a minute while the store is away", async () => {
  const { store, time, hostOf } = setUp();
  store.isAway = true;
  const short = hostOf("a")(requestAt(NOON_MS));
  await time.pass(20_000);
  store.isAway = false;
  await time.pass(20_000);
  assert((await short) !== undefined);
  store.isAway = true;
  const long = assert.rejects(hostOf("b")(requestAt(NOON_MS + 60_000)), /Cannot connect/);
  await time.pass(180_000);
  await long;
});

Deno.test("createTickClaims() ignores a record that is not valid or far in the future", async () => {
  const { store, hostOf } = setUp();
  const day = 24 * 3_600_000;
  const ahead = { tickMs: NOON_MS + 2 * day, host: "wrong", isRunning: false, beat: 0 };
  for (const text of ["", "null", "[]", '{"tickMs":"1"}', JSON.stringify(ahead)]) {
    store.value = text;
    assert((await hostOf("a")(requestAt(NOON_MS))) !== undefined, text);
  }
});

Deno.test("createTickClaims() claims nothing once the run is aborted", async () => {
  const { store, time, hostOf } = setUp();
  store.value = JSON.stringify({ tickMs: NOON_MS, host: "gone", isRunning: true, beat: 7 });
  const abort = new AbortController();
  const claim = hostOf("a")(requestAt(NOON_MS + 60_000, { signal: abort.signal }));
  await time.pass(1_000);
  abort.abort();
  assert.equal(await claim, undefined);
  assert.match(store.value, /gone/);
});
