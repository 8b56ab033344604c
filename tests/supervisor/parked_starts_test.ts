import assert from "node:assert/strict";
import { completeSettings } from "../../lib/config/settings.ts";
import type { Isolation, Parking, Sandbox, StartOptions } from "../../lib/isolation/isolation.ts";
import type { Exit } from "../../lib/process/exit.ts";
import { createParkedStarts, type ParkedStarts } from "../../lib/supervisor/parked_starts.ts";
import type { CheckedStart } from "../../lib/supervisor/prepare_start.ts";
import type { FunctionPolicy } from "../../lib/function/policy.ts";
import { eventually } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { quietActivity, quietContext } from "./quiet_context.ts";

const GIB = 1024 ** 3;

/** A sandbox of the test, and its process. */
interface TestSandbox {
  readonly parking: Parking | undefined;
  isOpen: boolean;
  readonly end: () => void;
}

/** Parked starts over sandboxes without processes. */
interface Bench extends AsyncDisposable {
  readonly parked: ParkedStarts;
  readonly start: (name: string, more?: { readonly isWarm?: boolean }) => CheckedStart;
  readonly isParked: (name: string, parking?: Parking) => Promise<void>;
  /** All sandboxes that were opened, in this order. */
  readonly sandboxes: TestSandbox[];
  readonly warnings: string[];
  /** What starts depend on, in one text. */
  facts: string;
  /** Threads that the host has left, of 1,000. */
  threadsLeft: number;
  roomReads: number;
  /** Called when a process is stopped. */
  beforeEnd: () => void;
  /** Called before a process is spawned. */
  beforeSpawn: () => Promise<void>;
}

async function openBench(parkedCount: number, maxWarm?: number): Promise<Bench> {
  const directory = await temporaryDirectory();
  const sandboxes: TestSandbox[] = [];
  const warnings: string[] = [];
  const context = quietContext(directory);
  const policy = context.settings as unknown as FunctionPolicy;

  function openSandbox(): Promise<Sandbox> {
    const ended = Promise.withResolvers<Exit>();
    const end = (): Promise<void> => {
      ended.resolve({ code: 0, signal: undefined });
      return Promise.resolve();
    };
    let own: TestSandbox | undefined;
    return Promise.resolve({
      namespace: undefined,
      async spawn({ parking }: StartOptions) {
        await bench.beforeSpawn();
        own = { parking, isOpen: true, end };
        sandboxes.push(own);
        return {
          process: {
            ended: ended.promise,
            approach: () => Promise.resolve(),
            release: () => Promise.resolve(),
            findPid: (signal: AbortSignal) => Promise.resolve(signal.aborted ? undefined : 1),
            terminate: end,
            kill: end,
          },
          activity: quietActivity,
          problems: [],
          findEndpoint: () => Promise.resolve(undefined),
          explain: () => Promise.resolve(undefined),
        };
      },
      [Symbol.asyncDispose]: () => {
        if (own?.isOpen) bench.beforeEnd();
        if (own !== undefined) own.isOpen = false;
        return Promise.resolve();
      },
    });
  }

  const isolation: Isolation = {
    ...context.isolation,
    parking: ["sandbox", "runtime"],
    describeStart: (name) => Promise.resolve(`${name} ${bench.facts}`),
    openSandbox,
  };
  const settings = completeSettings({ parked: parkedCount, maxWarm });
  const parked = createParkedStarts({
    isolation,
    settings: () => settings,
    starts: { isFree: () => true },
    onWarning: (message) => warnings.push(message),
    readRoom() {
      bench.roomReads++;
      return {
        memory: { limit: 16 * GIB, left: 8 * GIB },
        processes: { limit: 1_000, left: bench.threadsLeft },
        openFiles: { limit: Infinity, left: Infinity },
      };
    },
    calmMs: 1,
  });
  const bench: Bench = {
    parked,
    start: (name, { isWarm = false } = {}) => ({
      name,
      directory: directory.at(name),
      revision: "r1",
      context: { ...context, isolation },
      policy: { ...policy, isWarm },
      moduleOptions: {
        entry: "index.ts",
        importMap: undefined,
        allowImport: [],
        nodeModules: "none",
      },
      envFiles: [],
      lock: undefined,
    }),
    isParked: (name, parking = "sandbox") =>
      eventually(`${name} is parked`, () => parked.parkingOf(name) === parking),
    sandboxes,
    warnings,
    facts: "as before",
    threadsLeft: 900,
    roomReads: 0,
    beforeEnd: () => {},
    beforeSpawn: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      await parked[Symbol.asyncDispose]();
      await context[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
      assert.deepEqual(sandboxes.filter(({ isOpen }) => isOpen), [], "no sandbox is left");
    },
  };
  return bench;
}

Deno.test("take() returns a parked start once, if a new one would be the same", async () => {
  await using bench = await openBench(4);
  const { parked, start } = bench;
  assert.equal(await parked.take(start("a")), undefined);
  parked.park(start("a"));
  await bench.isParked("a");
  await using taken = await parked.take(start("a"));
  assert.ok(taken !== undefined);
  assert.equal(bench.sandboxes[0]!.isOpen, true);
  assert.equal(await parked.take(start("a")), undefined);
});

Deno.test("take() ends a parked start that a new one would differ from", async () => {
  await using bench = await openBench(4);
  const { parked, start } = bench;
  parked.park(start("a"));
  await bench.isParked("a");
  bench.facts = "with another policy";
  assert.equal(await parked.take(start("a")), undefined);
  assert.equal(bench.sandboxes[0]!.isOpen, false);
});

Deno.test("take() ends a parked start whose files were replaced while it was prepared", async () => {
  await using bench = await openBench(4);
  const { parked, start } = bench;
  bench.beforeSpawn = () => {
    bench.facts = "of a moment later";
    return Promise.resolve();
  };
  parked.park(start("a"));
  await bench.isParked("a");
  assert.equal(await parked.take(start("a")), undefined);
});

Deno.test("park() ends the start that has waited longest when there is no place", async () => {
  await using bench = await openBench(2);
  for (const name of ["a", "b", "c"]) {
    bench.parked.park(bench.start(name));
    await bench.isParked(name);
  }
  assert.equal(bench.parked.parkingOf("a"), undefined);
  await eventually("the sandbox of a is closed", () => !bench.sandboxes[0]!.isOpen);
  assert.deepEqual(bench.sandboxes.map(({ isOpen }) => isOpen), [false, true, true]);
});

Deno.test("park() ends no start while there are places", async () => {
  await using bench = await openBench(3);
  for (const name of ["a", "b", "c"]) {
    bench.parked.park(bench.start(name));
    await bench.isParked(name);
  }
  for (const name of ["a", "b", "c"]) assert.equal(bench.parked.parkingOf(name), "sandbox", name);
});

Deno.test("park() replaces the start of a function that is already parked", async () => {
  await using bench = await openBench(2);
  bench.parked.park(bench.start("a"));
  await bench.isParked("a");
  bench.parked.park(bench.start("a"));
  await eventually("it was replaced", () => {
    return bench.sandboxes.length === 2 && !bench.sandboxes[0]!.isOpen;
  });
  assert.equal(bench.sandboxes[1]!.isOpen, true);
});

Deno.test("park() starts Deno only for functions that want it, up to a limit", async () => {
  await using bench = await openBench(4, 1);
  const { parked, start } = bench;
  parked.park(start("small"));
  await bench.isParked("small", "sandbox");
  parked.park(start("a", { isWarm: true }));
  await bench.isParked("a", "runtime");
  parked.park(start("b", { isWarm: true }));
  await bench.isParked("b", "sandbox");
  assert.deepEqual(bench.sandboxes.map(({ parking }) => parking), [
    "sandbox",
    "runtime",
    "sandbox",
  ]);
});

Deno.test("park() prepares nothing without places, or while the host is short of something", async () => {
  {
    await using bench = await openBench(0);
    bench.parked.park(bench.start("a"));
    assert.deepEqual(bench.sandboxes, []);
  }
  await using bench = await openBench(4);
  bench.threadsLeft = 9;
  bench.parked.park(bench.start("a"));
  // Once at the call, twice before the sandbox would open.
  await eventually("the room was read", () => bench.roomReads >= 3);
  assert.equal(bench.parked.parkingOf("a"), undefined);
  bench.threadsLeft = 900;
  bench.parked.park(bench.start("c"));
  await bench.isParked("c");
  assert.equal(bench.sandboxes.length, 1);
});

Deno.test("a parked start whose process ends is gone", async () => {
  await using bench = await openBench(4);
  bench.parked.park(bench.start("a"));
  await bench.isParked("a");
  bench.sandboxes[0]!.end();
  await eventually("its sandbox is closed", () => !bench.sandboxes[0]!.isOpen);
  assert.equal(bench.parked.parkingOf("a"), undefined);
});

Deno.test("discard() leaves nothing of a start that is just being prepared", async () => {
  await using bench = await openBench(4);
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  bench.beforeSpawn = () => {
    reached.resolve();
    return gate.promise;
  };
  bench.parked.park(bench.start("a"));
  await reached.promise;
  const discarded = bench.parked.discard("a");
  gate.resolve();
  await discarded;
  assert.equal(bench.parked.parkingOf("a"), undefined);
  assert.deepEqual(bench.sandboxes.map(({ isOpen }) => isOpen), [false]);
});

Deno.test("discardAll() returns the number of parked starts that gave way", async () => {
  await using bench = await openBench(4);
  assert.equal(await bench.parked.discardAll(), 0);
  for (const name of ["a", "b"]) {
    bench.parked.park(bench.start(name));
    await bench.isParked(name);
  }
  assert.equal(await bench.parked.discardAll(), 2);
  assert.deepEqual(bench.sandboxes.map(({ isOpen }) => isOpen), [false, false]);
});

Deno.test("makeRoom() ends the oldest parked starts of others until the host has room", async () => {
  const openAll = async (bench: Bench): Promise<void> => {
    for (const name of ["a", "b", "c", "d", "e"]) {
      bench.parked.park(bench.start(name));
      await bench.isParked(name);
    }
  };
  const left = ({ parked }: Bench): string[] =>
    ["a", "b", "c", "d", "e"].filter((name) => parked.parkingOf(name) !== undefined);
  await using bench = await openBench(8);
  await openAll(bench);
  await bench.parked.makeRoom("a");
  assert.deepEqual(left(bench), ["a", "b", "c", "d", "e"]);
  bench.beforeEnd = () => bench.threadsLeft += 10;
  bench.threadsLeft = 235;
  await bench.parked.makeRoom("a");
  assert.deepEqual(left(bench), ["a", "d", "e"]);
  bench.beforeEnd = () => {};
  bench.threadsLeft = 9;
  await bench.parked.makeRoom("a");
  assert.deepEqual(left(bench), ["a"]);
  await bench.parked.makeRoom("new");
  assert.deepEqual(left(bench), []);
  await bench.parked.makeRoom("new");
  assert.deepEqual(bench.warnings, []);
});

Deno.test("park() warns once when a start can't be prepared", async () => {
  await using bench = await openBench(4);
  bench.beforeSpawn = () => Promise.reject(new Error("no addresses"));
  for (const name of ["a", "b"]) {
    bench.parked.park(bench.start(name));
    await eventually("a warning", () => bench.warnings.length > 0);
  }
  bench.beforeSpawn = () => Promise.resolve();
  bench.parked.park(bench.start("c"));
  await bench.isParked("c");
  assert.deepEqual(bench.warnings, [
    "Cannot prepare the next start of a function: no addresses",
  ]);
});

Deno.test("keep() lets others give way first, and parks what is not parked", async () => {
  await using bench = await openBench(2);
  const { parked, start } = bench;
  for (const name of ["a", "b"]) {
    parked.park(start(name));
    await bench.isParked(name);
  }
  parked.keep(start("a"));
  parked.keep(start("c"));
  await bench.isParked("c");
  await eventually("b gave way", () => parked.parkingOf("b") === undefined);
  assert.equal(parked.parkingOf("a"), "sandbox");
  assert.equal(bench.sandboxes.length, 3);
});
