import assert from "node:assert/strict";
import type { Exit } from "../../lib/process/exit.ts";
import type { FunctionProcess } from "../../lib/process/spawn.ts";
import { stopProcess } from "../../lib/process/stop.ts";

const LONG_MS = 3_600_000;

/** A process that exits on SIGTERM, or only on SIGKILL. */
function pretend({ heedsTerm }: { readonly heedsTerm: boolean }): {
  process: FunctionProcess;
  calls: string[];
} {
  const calls: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<Exit>();
  const process: FunctionProcess = {
    ended,
    approach: () => Promise.resolve(),
    release: () => Promise.resolve(),
    findPid: () => Promise.resolve(2),
    terminate() {
      calls.push("terminate");
      if (heedsTerm) resolve({ code: 143, signal: "SIGTERM" });
      return Promise.resolve();
    },
    kill() {
      calls.push("kill");
      resolve({ code: 137, signal: "SIGKILL" });
      return Promise.resolve();
    },
  };
  return { process, calls };
}

Deno.test("stopProcess() resolves as soon as the process exits", async () => {
  const { process } = pretend({ heedsTerm: true });
  assert.equal((await stopProcess(process, { graceMs: LONG_MS })).signal, "SIGTERM");
});

Deno.test("stopProcess() sends SIGTERM, and SIGKILL after the grace time", async () => {
  const { process, calls } = pretend({ heedsTerm: false });
  assert.equal((await stopProcess(process, { graceMs: 5 })).signal, "SIGKILL");
  assert.deepEqual(calls, ["terminate", "kill"]);
});

for (const when of ["before", "during"]) {
  Deno.test(`stopProcess() ends the grace time if it is forced ${when} it`, async () => {
    const { process, calls } = pretend({ heedsTerm: false });
    const abort = new AbortController();
    if (when === "before") abort.abort();
    const stopping = stopProcess(process, { graceMs: LONG_MS, force: abort.signal });
    abort.abort();
    assert.equal((await stopping).signal, "SIGKILL");
    assert.deepEqual(calls, ["terminate", "kill"]);
  });
}
