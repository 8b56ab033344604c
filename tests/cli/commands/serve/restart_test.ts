import assert from "node:assert/strict";
import {
  openRestarts,
  type RestartsOptions,
} from "../../../../cli/commands/serve/restart/restart.ts";
import type { Message } from "../../../../cli/commands/serve/restart/message.ts";
import type { Successor } from "../../../../cli/commands/serve/restart/successor.ts";
import { parseMessage } from "../../../../cli/commands/serve/restart/message.ts";
import {
  addressSetting,
  parseInheritance,
} from "../../../../cli/commands/serve/restart/inheritance.ts";
import { RestartError } from "../../../../lib/control/route.ts";
import { within } from "../../../patience.ts";

interface Scene {
  readonly options: RestartsOptions;
  readonly events: string[];
}

/** A restart whose successor fails when it should say `failsAt`. */
function scene(failsAt?: Message["type"]): Scene {
  const events: string[] = [];
  const successor: Successor = {
    pid: 7,
    version: "1.2.3",
    send: ({ type }) => Promise.resolve(void events.push(`send ${type}`)),
    expect(type) {
      if (type === failsAt) return Promise.reject(new Error("It broke"));
      return Promise.resolve({ type: "ready" });
    },
    release: () => void events.push("release"),
    [Symbol.asyncDispose]: () => Promise.resolve(void events.push("end")),
  };
  const options: RestartsOptions = {
    supervisor: {
      functions: new Map(),
      pause: () => ({ [Symbol.dispose]: () => void events.push("resume") }),
      leave: () => {
        events.push("leave");
        return { atMs: 60_000, keepMs: 5 };
      },
    },
    console: { say() {}, warn() {} },
    alone: undefined,
    estate: () => ({
      proxy: { hostname: "127.0.0.1", port: 1 },
      admin: undefined,
      locks: [],
      inheritance: { tag: "000000", socket: "/s", proxy: "a" },
    }),
    env: {},
    onServing: (pid) => void events.push(`serving ${pid}`),
    reopenControl: () => Promise.resolve(void events.push("reopen")),
    start: () => Promise.resolve(successor),
    pid: 2,
  };
  return { options, events };
}

Deno.test("restart() leaves schedules and tasks only when the new process serves", async () => {
  const { options, events } = scene();
  await using restarts = openRestarts(options);
  assert.deepEqual(await restarts.restart(1_000).then(({ pid }) => pid), 7);
  assert.deepEqual(events, [
    "send facts",
    "send serve",
    "release",
    "serving 7",
    "leave",
    "send left",
  ]);
  await (await restarts.replaced).runsEnded();
  assert.equal(events.at(-1), "send runs-ended");
  assert.ok(restarts.isActive());
  await assert.rejects(restarts.restart(1_000), RestartError);
});

Deno.test("restart() serves on if the new process fails before it is ready", async () => {
  const { options, events } = scene("ready");
  await using restarts = openRestarts(options);
  await assert.rejects(restarts.restart(1_000), {
    name: "RestartError",
    message: "It broke. This ddsrv serves on, unchanged",
  });
  assert.deepEqual(events, ["send facts", "end", "resume"]);
  assert.equal(restarts.isActive(), false);
});

Deno.test("restart() takes the control socket back if the new process dies with it", async () => {
  const { options, events } = scene("serving");
  await using restarts = openRestarts(options);
  await assert.rejects(restarts.restart(1_000), /It broke/);
  assert.deepEqual(events, ["send facts", "send serve", "end", "reopen", "resume"]);
});

Deno.test("restart() is one at a time, and ends with the supervisor", async () => {
  const { options } = scene();
  const restarts = openRestarts({
    ...options,
    start: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  const first = assert.rejects(restarts.restart(600_000), /This ddsrv is stopping/);
  await assert.rejects(restarts.restart(1_000), /already going on/);
  await restarts[Symbol.asyncDispose]();
  await within(first, "the restart ends");
});

Deno.test("restart() waits for the end of the former process, within its time", async () => {
  const { options, events } = scene();
  await using restarts = openRestarts({ ...options, alone: new Promise(() => {}) });
  await assert.rejects(restarts.restart(1), /the former ddsrv still finishes its requests/);
  assert.deepEqual(events, ["resume"]);
});

Deno.test("restart() is refused in process 1 of a container", async () => {
  await using restarts = openRestarts({ ...scene().options, pid: 1 });
  await assert.rejects(restarts.restart(1_000), /process 1 of a container/);
});

Deno.test("parseMessage() takes only messages", () => {
  assert.deepEqual(parseMessage('{"type":"left","atMs":60000}'), { type: "left", atMs: 60_000 });
  for (const line of ["", "{", "null", "[]", '{"type":"left"}', '{"type":"other"}', '"ready"']) {
    assert.deepEqual(parseMessage(line), { type: "unknown" });
  }
});

Deno.test("parseInheritance() refuses what no supervisor has written", () => {
  const good = { channel: "/c", token: "t", tag: "a1b2c3", socket: "/s", proxy: "x 1" };
  assert.deepEqual(parseInheritance(JSON.stringify(good)), good);
  for (const change of [{ tag: "../../x" }, { tag: "A1B2C3" }, { channel: 7 }, { more: 1 }]) {
    assert.throws(() => parseInheritance(JSON.stringify({ ...good, ...change })), TypeError);
  }
  assert.throws(() => parseInheritance(""), /for ddsrv restart only/);
  assert.notEqual(addressSetting("::", 1), addressSetting("::", undefined));
});
