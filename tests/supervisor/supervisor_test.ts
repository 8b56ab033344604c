import assert from "node:assert/strict";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { type HandStop, statusOf } from "../../lib/supervisor/state.ts";
import { startSupervisor } from "../../lib/supervisor/supervisor.ts";
import { eventually, within } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { openQuietSandbox, quietContext } from "./quiet_context.ts";

const WAIT = { waitTimeoutMs: Infinity, maxWaiting: 10 };

Deno.test({
  name: "startSupervisor() starts a function when a request arrives at the last moment",
  async fn() {
    await using directory = await temporaryDirectory();
    await directory.write("a/index.ts");
    const routes = new RouteTable();
    const answered = Promise.withResolvers<string | undefined>();
    const waitingFor = routes.waitingFor.bind(routes);
    let hasAsked = false;
    routes.waitingFor = (name) => {
      const waiting = waitingFor(name);
      const isLastCheck = routes.onWanted !== undefined && name !== undefined &&
        routes.get(name)?.type === "waiting";
      if (!hasAsked && isLastCheck && waiting === 0) {
        hasAsked = true;
        queueMicrotask(async () => {
          const waited = await routes.wait(name, WAIT);
          answered.resolve(waited.type === "route" ? waited.route?.type : waited.type);
        });
      }
      return waiting;
    };
    const supervisor = startSupervisor({
      context: quietContext(directory, { settings: { idleMs: 60_000 } }),
      routes,
      onChange: () => {},
      onLine: () => {},
      onRun: () => {},
      onIgnored: () => {},
      onWarning: assert.fail,
    });
    try {
      assert.equal(await within(answered.promise, "an answer"), "ready");
      assert.equal(statusOf(supervisor.functions.get("a")!), "ready");
    } finally {
      await supervisor.stop(AbortSignal.abort());
    }
  },
});

const hostFaults: readonly Error[] = [
  new Error("No space left on device"),
  // It comes from some operation below, and not because the launch is aborted.
  new DOMException("The signal has been aborted", "AbortError"),
];

for (const fault of hostFaults) {
  Deno.test(`startSupervisor() completes a reload after a failure of the host: ${fault.name}`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("a/index.ts");
    let opened = 0;
    const open = () => ++opened === 2 ? Promise.reject(fault) : openQuietSandbox();
    const supervisor = startSupervisor({
      context: quietContext(directory, { open }),
      routes: new RouteTable(),
      onChange: () => {},
      onLine: () => {},
      onRun: () => {},
      onIgnored: () => {},
      onWarning: assert.fail,
    });
    const serves = (isExpected: (id: number) => boolean): () => boolean => () => {
      const { serving, candidate } = supervisor.functions.get("a") ?? {};
      return candidate === undefined && serving !== undefined && isExpected(serving.id);
    };
    try {
      await eventually("an instance", serves(() => true));
      const before = supervisor.functions.get("a")!.serving!.id;
      supervisor.reload("a");
      await eventually("another instance", serves((id) => id !== before));
      assert.equal(supervisor.functions.get("a")?.failure, undefined);
      assert.equal(opened, 3);
    } finally {
      await supervisor.stop(AbortSignal.abort());
    }
  });
}

Deno.test("startSupervisor() changes nothing if a stop or start by hand can't be recorded", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  let isFull = true;
  let present: readonly string[] = [];
  const record = (): Promise<void> =>
    isFull ? Promise.reject(new Error("No space left on device")) : Promise.resolve();
  const handStops = {
    present: new Map(),
    add: (_name: string, stop: HandStop) => record().then(() => stop),
    end: record,
    sweep(isPresent: (name: string) => boolean) {
      present = ["a", "b"].filter(isPresent);
      return Promise.resolve();
    },
  };
  const supervisor = startSupervisor({
    context: { ...quietContext(directory), handStops },
    routes: new RouteTable(),
    onChange: () => {},
    onLine: () => {},
    onIgnored: () => {},
    onRun: assert.fail,
    onWarning: assert.fail,
  });
  const status = (): string => statusOf(supervisor.functions.get("a")!);
  const becomes = (wanted: string): Promise<void> =>
    eventually(wanted, () => Promise.resolve(status() === wanted));
  try {
    await eventually("it is there", () => Promise.resolve(supervisor.functions.has("a")));
    await becomes("ready");
    assert.deepEqual(present, ["a"], "a scan ends stops of missing folders");
    await assert.rejects(supervisor.stopByHand("a", undefined), /No space/);
    assert.equal(status(), "ready");
    isFull = false;
    assert.equal(await supervisor.stopByHand("a", undefined), true);
    assert.equal(await supervisor.stopByHand("b", undefined), false);
    await becomes("stopped");
    isFull = true;
    await assert.rejects(supervisor.startByHand("a"), /No space/);
    assert.equal(status(), "stopped");
    isFull = false;
    assert.equal(await supervisor.startByHand("a"), true);
    await becomes("ready");
  } finally {
    await supervisor.stop(AbortSignal.abort());
  }
});
