import assert from "node:assert/strict";
import { ConfigError } from "../../lib/config/json_file.ts";
import {
  developFunction,
  type DevEvent,
  type FunctionDevelopment,
} from "../../lib/dev/develop_function.ts";
import type { Instance } from "../../lib/dev/instance.ts";
import type { PreparedFunction } from "../../lib/dev/prepare_function.ts";
import type { Exit } from "../../lib/process/exit.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { eventually } from "../patience.ts";

/** A pretend process. */
interface Fake {
  readonly id: number;
  readonly isParked: boolean;
  isReleased: boolean;
  isStopped: boolean;
  readonly exit: (code: number) => void;
}

interface World extends AsyncDisposable {
  readonly one: FunctionDevelopment;
  readonly routes: RouteTable;
  readonly fakes: readonly Fake[];
  readonly events: readonly DevEvent[];
  /** Number of the instance that the route leads to. */
  readonly serving: () => number | undefined;
}

interface WorldOptions {
  /** Results of checks in order; without errors when left out. */
  readonly errors?: (string | undefined)[];
  /** Checks end after it. */
  readonly checked?: Promise<void>;
  readonly hasDebugger?: boolean;
  readonly isLazy?: boolean;
  readonly level?: PreparedFunction["level"];
  readonly problem?: () => string | undefined;
  /** Exit code of the process with this number at its start. */
  readonly exitsAtStart?: (id: number) => number | undefined;
}

function createWorld(options: WorldOptions = {}): World {
  const {
    errors = [],
    checked = Promise.resolve(),
    hasDebugger = false,
    isLazy = false,
    level = "types",
    problem,
    exitsAtStart,
  } = options;
  const routes = new RouteTable();
  const fakes: Fake[] = [];
  const events: DevEvent[] = [];
  const prepared = {
    name: "a",
    isStatic: false,
    level,
    policy: { keepPrefix: false, rateLimit: "none", writable: [] },
    moduleOptions: { entry: "index.ts" },
    envFiles: [],
    warnings: [],
  } as unknown as PreparedFunction;

  function start(isParked: boolean): Instance {
    const ended = Promise.withResolvers<Exit>();
    const exit = (code: number): void => ended.resolve({ code, signal: undefined });
    const fake: Fake = { id: fakes.length, isParked, isReleased: false, isStopped: false, exit };
    fakes.push(fake);
    const early = exitsAtStart?.(fake.id);
    return {
      endpoint: { hostname: "127.0.0.1", port: 1 + fake.id },
      release: () => Promise.resolve(void (fake.isReleased = true)),
      ended: ended.promise,
      ready: () =>
        Promise.resolve(early === undefined ? undefined : { code: early, signal: undefined }),
      [Symbol.asyncDispose]() {
        fake.isStopped = true;
        exit(143);
        return Promise.resolve();
      },
    };
  }

  const one = developFunction("a", {
    routes,
    isLazy,
    hasDebugger,
    prepare() {
      const said = problem?.();
      return said === undefined ? Promise.resolve(prepared) : Promise.reject(new ConfigError(said));
    },
    start: (_, { isParked }) => Promise.resolve(start(isParked)),
    inTurn: (task) => task(),
    check: () => checked.then(() => errors.shift()),
    onEvent: (event) => void events.push(event),
    onLine: () => {},
  });
  return {
    one,
    routes,
    fakes,
    events,
    serving() {
      const route = routes.get("a");
      if (route?.type !== "ready" || !("port" in route.upstream.endpoint)) return undefined;
      return route.upstream.endpoint.port - 1;
    },
    [Symbol.asyncDispose]: () => one[Symbol.asyncDispose](),
  };
}

async function serves(world: World, id: number): Promise<void> {
  await eventually(`instance ${id} serves`, () => world.serving() === id, {
    now: () => JSON.stringify(world.events),
  });
}

async function says(world: World, type: DevEvent["type"]): Promise<DevEvent> {
  await eventually(type, () => world.events.some((event) => event.type === type));
  return world.events.find((event) => event.type === type)!;
}

Deno.test("developFunction() starts code at once, and tells its type errors later", async () => {
  await using world = createWorld({ errors: ["TS1"] });
  world.one.update("code");
  assert.equal(world.routes.get("a")?.type, "waiting");
  await serves(world, 0);
  assert.deepEqual(await says(world, "type-errors"), {
    type: "type-errors",
    text: "TS1",
    keepsOld: false,
  });
  assert.equal(world.fakes[0]!.isParked, false);
});

Deno.test("developFunction() replaces code that passes, and ends the old process", async () => {
  await using world = createWorld();
  world.one.update("code");
  await serves(world, 0);
  world.one.update("code");
  await serves(world, 1);
  assert.deepEqual([world.fakes[1]!.isParked, world.fakes[1]!.isReleased], [true, true]);
  await eventually("the old one ends", () => world.fakes[0]!.isStopped);
  assert.equal(world.fakes[1]!.isStopped, false);
});

Deno.test("developFunction() keeps code that serves while new code has type errors", async () => {
  await using world = createWorld({ errors: [undefined, "TS1", "TS1", undefined] });
  world.one.update("code");
  await serves(world, 0);
  world.one.update("code");
  await says(world, "type-errors");
  await eventually("the new one ends", () => world.fakes[1]!.isStopped);
  // It has read none of the new code.
  assert.equal(world.fakes[1]!.isReleased, false);
  assert.equal(world.serving(), 0);
  // Data changed, and the code on the disk still has the error.
  world.one.update("data");
  await eventually("the next one ends", () => world.fakes[2]?.isStopped === true);
  assert.equal(world.serving(), 0);
  world.one.update("code");
  await serves(world, 3);
  await says(world, "types-fixed");
});

Deno.test("developFunction() starts code with type errors if somebody asks", async () => {
  await using world = createWorld({ errors: [undefined, "TS1", "TS1"] });
  world.one.update("code");
  await serves(world, 0);
  world.one.update("code");
  await says(world, "type-errors");
  world.one.update("now");
  await eventually("it serves", () => (world.serving() ?? 0) > 0);
});

Deno.test("developFunction() checks no code for a change of data, or without types", async () => {
  for (const [level, kind] of [["types", "data"], ["graph", "code"]] as const) {
    await using world = createWorld({
      level,
      errors: [undefined, "TS1"].slice(level === "graph" ? 1 : 0),
    });
    world.one.update("code");
    await serves(world, 0);
    world.one.update(kind);
    await serves(world, 1);
  }
});

Deno.test("developFunction() starts a function that crashed with the next request", async () => {
  await using world = createWorld();
  world.one.update("code");
  await serves(world, 0);
  world.fakes[0]!.exit(3);
  assert.deepEqual(await says(world, "failed"), {
    type: "failed",
    message: "exited with code 3",
    keepsOld: false,
  });
  const route = world.routes.get("a");
  assert.ok(route?.type === "refused" && route.isAsked);
  world.one.wanted();
  assert.equal(world.routes.get("a")?.type, "waiting");
  await serves(world, 1);
  // A function that serves is not started by requests.
  world.one.wanted();
  assert.equal(world.fakes.length, 2);
});

Deno.test("developFunction() keeps old code if new code ends at its start", async () => {
  await using world = createWorld({ exitsAtStart: (id) => id === 1 ? 0 : undefined });
  world.one.update("code");
  await serves(world, 0);
  world.one.update("code");
  const failed = await says(world, "failed");
  assert.ok(failed.type === "failed" && failed.keepsOld);
  assert.match(failed.message, /ended without listening/);
  assert.equal(world.serving(), 0);
});

Deno.test("developFunction() refuses requests if the manifest is wrong, and recovers", async () => {
  let problem: string | undefined = "ddsrv.json is wrong";
  await using world = createWorld({ problem: () => problem });
  world.one.update("code");
  await says(world, "failed");
  assert.equal(world.routes.get("a")?.type, "refused");
  problem = undefined;
  world.one.update("code");
  await serves(world, 0);
});

Deno.test("developFunction() with a debugger ends the old process before the new one starts", async () => {
  await using world = createWorld({ hasDebugger: true, errors: [undefined, "TS1"] });
  world.one.update("code");
  await serves(world, 0);
  world.one.update("code");
  await says(world, "type-errors");
  // New code with errors takes no process away.
  assert.deepEqual([world.fakes.length, world.serving()], [1, 0]);
  world.one.update("code");
  await serves(world, 1);
  assert.equal(world.fakes[0]!.isStopped, true);
});

Deno.test("developFunction() starts code with type errors if the old code ends during its check", async () => {
  const checked = Promise.withResolvers<void>();
  await using world = createWorld({ errors: [undefined, "TS1"], checked: checked.promise });
  world.one.update("code");
  await serves(world, 0);
  world.one.update("code");
  await eventually("the new one starts", () => world.fakes.length === 2);
  world.fakes[0]!.exit(1);
  await eventually("requests wait", () => world.routes.get("a")?.type === "waiting");
  checked.resolve();
  await serves(world, 1);
  const told = await says(world, "type-errors");
  assert.ok(told.type === "type-errors" && !told.keepsOld);
  assert.equal(world.events.some(({ type }) => type === "types-fixed"), false);
  world.one.update("code");
  await says(world, "types-fixed");
});

Deno.test("developFunction() says that code without a predecessor has no type errors any more", async () => {
  await using world = createWorld({ errors: ["TS1"] });
  world.one.update("code");
  await says(world, "type-errors");
  world.fakes[0]!.exit(1);
  await says(world, "failed");
  world.one.update("code");
  await says(world, "types-fixed");
});

Deno.test("developFunction() starts a lazy function with its first request", async () => {
  await using world = createWorld({ isLazy: true });
  for (const kind of ["code", "data", "now"] as const) world.one.update(kind);
  assert.deepEqual([world.fakes.length, world.routes.get("a")?.type], [0, "waiting"]);
  world.one.wanted();
  await serves(world, 0);
  world.one.update("code");
  await serves(world, 1);
});

Deno.test("developFunction() starts only the last of several updates", async () => {
  await using world = createWorld();
  for (let count = 0; count < 5; count++) world.one.update("code");
  await serves(world, 0);
  assert.equal(world.fakes.length, 1);
});

Deno.test("developFunction() ends its processes and its route when disposed of", async () => {
  const world = createWorld();
  world.one.update("code");
  await serves(world, 0);
  await world[Symbol.asyncDispose]();
  assert.deepEqual([world.fakes[0]!.isStopped, world.routes.get("a")], [true, undefined]);
  world.one.update("code");
  assert.equal(world.fakes.length, 1);
});
