import assert from "node:assert/strict";
import { createOneOffRuns, MAX_RUNS } from "../../lib/supervisor/one_off_runs.ts";
import { RunRefused } from "../../lib/supervisor/run_refused.ts";

/** Runs until its signal aborts, and returns the reason. */
function untilAborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(signal.reason));
  });
}

Deno.test("createOneOffRuns() allows some runs of each function, and ends them", async () => {
  const runs = createOneOffRuns();
  const start = (name: string): Promise<unknown> => runs.enter(name, untilAborted);
  const own = Array.from({ length: MAX_RUNS }, () => start("a"));
  await assert.rejects(start("a"), { name: "RunRefused", message: /"a" has 4 one-off runs/ });
  let hasOtherEnded = false;
  const other = start("b").then(() => hasOtherEnded = true);
  await runs.end("a", "The function was removed");
  for (const reason of await Promise.all(own)) assert.ok(reason instanceof RunRefused);
  assert.equal(hasOtherEnded, false);
  await runs.end("nobody", "");
  const next = start("a");
  await runs.end("a", "");
  await runs.end("b", "");
  await Promise.all([next, other]);
});

Deno.test("createOneOffRuns() forgets runs that fail", async () => {
  const runs = createOneOffRuns();
  for (let count = 0; count <= MAX_RUNS; count++) {
    await assert.rejects(runs.enter("a", () => Promise.reject(new Error("failed"))), /failed/);
  }
  await runs.end("a", "");
});
