import assert from "node:assert/strict";
import type { Exit } from "../../lib/process/exit.ts";
import { waitUntilReady } from "../../lib/supervisor/wait_until_ready.ts";

Deno.test("waitUntilReady() reports the exit of a process that it never found", async () => {
  const ended = Promise.withResolvers<Exit>();
  const nothing = (): Promise<undefined> => Promise.resolve(undefined);
  const waiting = waitUntilReady({
    process: {
      ended: ended.promise,
      approach: nothing,
      release: nothing,
      findPid: nothing,
      terminate: nothing,
      kill: nothing,
    },
    findEndpoint: nothing,
    explain: nothing,
  }, {
    startTimeoutMs: 30_000,
    health: undefined,
    signal: new AbortController().signal,
    onPid: () => assert.fail("it was never found"),
  });
  // Its output is read to its end first.
  await nothing();
  ended.resolve({ code: 7, signal: undefined });
  const start = await waiting;
  assert.deepEqual(start, {
    type: "not-ready",
    reason: "Exited with code 7 before listening on a port",
    isTransient: false,
  });
});
