import assert from "node:assert/strict";
import { type EgressList, parseEgress } from "../../lib/config/egress.ts";
import type { EgressElements } from "../../lib/namespace/egress_elements.ts";
import { type ReachableName, watchEgress } from "../../lib/namespace/egress_watch.ts";
import { type NameState, UNKNOWN_NAME } from "../../lib/namespace/name_state.ts";
import type { Names } from "../../lib/namespace/name_watch.ts";
import { settle } from "./arrivals.ts";
import { fakeTimers } from "./fake_timers.ts";

/** Names with addresses that a test sets. */
interface FakeNames {
  readonly names: Names;
  /** Watched names, once for each watcher. */
  readonly watched: readonly string[];
  readonly set: (name: string, state: Partial<NameState>) => void;
  /** Calls all watchers. */
  readonly tell: () => void;
  readonly learn: () => void;
  readonly isDisposed: () => boolean;
}

function fakeNames(): FakeNames {
  const states = new Map<string, NameState>();
  const watched: string[] = [];
  const known = Promise.withResolvers<void>();
  let tell: (() => void) | undefined;
  let isDisposed = false;
  return {
    names: {
      watch(names, onChange) {
        watched.push(...names);
        tell = onChange;
        return {
          stateOf: (name) => states.get(name) ?? UNKNOWN_NAME,
          known: known.promise,
          [Symbol.dispose]: () => void (isDisposed = true),
        };
      },
    },
    watched,
    set: (name, state) => states.set(name, { ...UNKNOWN_NAME, ...state }),
    tell: () => tell!(),
    learn: () => known.resolve(),
    isDisposed: () => isDisposed,
  };
}

interface Watched {
  /** All events in order. */
  readonly events: (readonly ["apply", EgressElements] | readonly ["names", unknown])[];
  readonly warnings: string[];
  readonly options: Omit<Parameters<typeof watchEgress>[0], "list" | "names">;
}

function openWatched(apply: () => Promise<void> = () => Promise.resolve()): Watched {
  const events: Watched["events"] = [];
  const warnings: string[] = [];
  return {
    events,
    warnings,
    options: {
      async apply(elements) {
        await apply();
        events.push(["apply", elements]);
      },
      onNames: (names) => events.push(["names", names]),
      onWarning: (message) => warnings.push(message),
      label: "app",
      readHostAddresses: () => new Set(["192.0.2.77"]),
    },
  };
}

function listOf(text: string, isPublicOnly = false): EgressList {
  const egress = parseEgress(text);
  assert.ok(typeof egress !== "string");
  return { ...egress, isPublicOnly };
}

Deno.test("watchEgress() allows the addresses of names before it reports them", async () => {
  const fake = fakeNames();
  fake.set("a.test", { addresses: ["192.0.2.1"], retired: ["192.0.2.9"] });
  fake.learn();
  const { options, events, warnings } = openWatched();
  const list = listOf("a.test:443,10.0.0.0/8");
  await using _ = await watchEgress({ ...options, list, names: fake.names });
  assert.deepEqual(fake.watched, ["a.test"]);
  assert.deepEqual(events, [
    ["apply", {
      networks: ["10.0.0.0/8"],
      // A client may still use the old address.
      services: ["192.0.2.1 . 443", "192.0.2.9 . 443"],
    }],
    ["names", [{ name: "a.test", addresses: ["192.0.2.1"], problem: undefined }]],
  ]);
  assert.deepEqual(warnings, []);
});

const problems: readonly [
  what: string,
  state: Partial<NameState>,
  isPublicOnly: boolean,
  reach: Omit<ReachableName, "name">,
][] = [
  ["is not resolved yet", {}, false, {
    addresses: [],
    problem: "it is not resolved yet, so connections to it are refused",
  }],
  ["failed", { problem: "it is no good" }, false, {
    addresses: [],
    problem: "it is no good",
  }],
  [
    "failed after an answer",
    { addresses: ["192.0.2.1"], problem: "its last addresses stay allowed" },
    false,
    { addresses: ["192.0.2.1"], problem: "its last addresses stay allowed" },
  ],
  ["resolves to a metadata address", { addresses: ["169.254.169.254"] }, false, {
    addresses: [],
    problem: "it resolves to 169.254.169.254, which the egress policy refuses",
  }],
  ["resolves to a private address", { addresses: ["10.0.0.1"] }, false, {
    addresses: ["10.0.0.1"],
    problem: undefined,
  }],
  [
    "resolves to private addresses, where only public are allowed",
    { addresses: ["10.0.0.1", "10.0.0.2"] },
    true,
    {
      addresses: [],
      problem: "it resolves to 10.0.0.1, 10.0.0.2, which the egress policy refuses",
    },
  ],
  ["resolves to this host", { addresses: ["192.0.2.77"] }, false, {
    addresses: [],
    problem:
      "it resolves to 192.0.2.77, which is an address of this host: functions cannot reach " +
      "the host. Run the service on another host, or remove the name from egress",
  }],
  ["resolves to loopback and another address", { addresses: ["127.0.0.1", "192.0.2.1"] }, false, {
    addresses: ["192.0.2.1"],
    problem: "it resolves to 127.0.0.1, which is an address of this host: functions cannot reach " +
      "the host. Run the service on another host, or remove the name from egress",
  }],
  ["resolves to a private and a public address", { addresses: ["10.0.0.1", "192.0.2.1"] }, true, {
    addresses: ["192.0.2.1"],
    problem: undefined,
  }],
];

for (const [what, state, isPublicOnly, reach] of problems) {
  Deno.test(`watchEgress() reports a name that ${what}`, async () => {
    const fake = fakeNames();
    fake.set("a.test", state);
    fake.learn();
    const { options, events } = openWatched();
    const list = listOf("a.test:443", isPublicOnly);
    await using _ = await watchEgress({ ...options, list, names: fake.names });
    assert.deepEqual(events, [
      ["apply", { networks: [], services: reach.addresses.map((one) => `${one} . 443`) }],
      ["names", [{ name: "a.test", ...reach }]],
    ]);
  });
}

Deno.test("watchEgress() applies changes one after the other", async () => {
  const fake = fakeNames();
  fake.learn();
  let applying = 0;
  const { options, events } = openWatched(async () => {
    assert.equal(++applying, 1);
    await settle();
    applying--;
  });
  const watch = await watchEgress({ ...options, list: listOf("a.test:443"), names: fake.names });
  events.length = 0;
  for (const address of ["192.0.2.1", "192.0.2.2"]) {
    fake.set("a.test", { addresses: [address] });
    fake.tell();
    await Promise.resolve();
  }
  while (events.length < 4) await settle();
  await watch[Symbol.asyncDispose]();
  const last = [
    ["apply", { networks: [], services: ["192.0.2.2 . 443"] }],
    ["names", [{ name: "a.test", addresses: ["192.0.2.2"], problem: undefined }]],
  ];
  assert.deepEqual(events.slice(-2), last);
});

Deno.test("watchEgress() waits at most two seconds for names", async () => {
  using timers = fakeTimers();
  const fake = fakeNames();
  const { options, events } = openWatched();
  const watching = watchEgress({ ...options, list: listOf("a.test:443"), names: fake.names });
  const timer = await timers.next();
  assert.equal(timer.ms, 2_000);
  await settle();
  assert.deepEqual(events, []);
  timer.fire();
  await using _ = await watching;
  assert.deepEqual(events[0], ["apply", { networks: [], services: [] }]);
  events.length = 0;
  fake.set("a.test", { addresses: ["192.0.2.1"] });
  fake.tell();
  while (events.length < 2) await settle();
  assert.deepEqual(events[0], ["apply", { networks: [], services: ["192.0.2.1 . 443"] }]);
});

Deno.test("watchEgress() warns of a failed change, does not report it, and continues", async () => {
  const fake = fakeNames();
  fake.learn();
  fake.set("a.test", { addresses: ["192.0.2.1"] });
  let isBroken = true;
  const { options, events, warnings } = openWatched(() =>
    isBroken ? Promise.reject(new Error("nft exited with 1")) : Promise.resolve()
  );
  await using _ = await watchEgress({ ...options, list: listOf("a.test:1"), names: fake.names });
  assert.deepEqual(events, []);
  assert.deepEqual(warnings, [
    'Cannot update the egress of "app": nft exited with 1. ddsrv tries again at the next change',
  ]);
  isBroken = false;
  fake.tell();
  while (events.length < 2) await settle();
  assert.deepEqual(events[0], ["apply", { networks: [], services: ["192.0.2.1 . 1"] }]);
  assert.equal(warnings.length, 1);
});

Deno.test("watchEgress() changes nothing after disposal", async () => {
  const fake = fakeNames();
  fake.learn();
  const entered = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  let isSlow = false;
  const { options, events } = openWatched(() => {
    if (!isSlow) return Promise.resolve();
    entered.resolve();
    return left.promise;
  });
  const watch = await watchEgress({ ...options, list: listOf("a.test:1"), names: fake.names });
  events.length = 0;
  isSlow = true;
  fake.set("a.test", { addresses: ["192.0.2.1"] });
  fake.tell();
  fake.tell();
  await entered.promise;
  let isDone = false;
  const disposed = watch[Symbol.asyncDispose]().then(() => isDone = true);
  await settle();
  assert.ok(fake.isDisposed());
  // The namespace must not be removed during a change.
  assert.ok(!isDone);
  left.resolve();
  await disposed;
  fake.set("a.test", { addresses: ["192.0.2.2"] });
  fake.tell();
  await settle();
  assert.equal(events.filter(([type]) => type === "apply").length, 1);
});

Deno.test("watchEgress() reports an unchanged state once, and each name once", async () => {
  const fake = fakeNames();
  fake.set("a.test", { addresses: ["192.0.2.1"] });
  fake.learn();
  const { options, events } = openWatched();
  const list = listOf("a.test:1,a.test:2");
  await using _ = await watchEgress({ ...options, list, names: fake.names });
  fake.tell();
  await settle();
  assert.deepEqual(events.map(([type]) => type), ["apply", "names"]);
  assert.deepEqual(events[1]![1], [{
    name: "a.test",
    addresses: ["192.0.2.1"],
    problem: undefined,
  }]);
});
