import assert from "node:assert/strict";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { statusOf } from "../../lib/supervisor/state.ts";
import { startSupervisor } from "../../lib/supervisor/supervisor.ts";
import { within } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { quietContext } from "./quiet_context.ts";

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
      const isLastCheck = routes.onWanted !== undefined && routes.get(name)?.type === "waiting";
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
