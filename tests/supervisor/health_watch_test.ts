import { deepEqual, equal } from "node:assert/strict";
import type { AskedStatus } from "../../lib/supervisor/ask_status.ts";
import { watchHealth } from "../../lib/supervisor/health_watch.ts";

const INTERVAL_MS = 10_000;

/** Gives these answers in turn, each after a time; returns the reports and the request times. */
async function watch(
  answers: readonly (readonly [status: number, afterMs?: number])[],
  { chance = 1 }: { readonly chance?: number } = {},
): Promise<{ readonly reports: string[]; readonly askedAtMs: number[] }> {
  const over = new AbortController();
  const reports: string[] = [];
  const askedAtMs: number[] = [];
  const left = [...answers];
  let nowMs = 0;
  await watchHealth({
    instance: { endpoint: { hostname: "127.0.0.1", port: 1 } },
    path: "/h",
    intervalMs: INTERVAL_MS,
    onUnhealthy: (reason, wellAtMs) => reports.push(`${reason} (well at ${wellAtMs})`),
    onRecovered: () => reports.push("recovered"),
    signal: over.signal,
    now: () => nowMs,
    chance,
    pause(ms) {
      nowMs += ms;
      if (left.length === 0) over.abort();
      return Promise.resolve();
    },
    ask(_, { path }) {
      equal(path, "/h");
      askedAtMs.push(nowMs);
      const [status, afterMs = 0] = left.shift()!;
      nowMs += afterMs;
      return Promise.resolve<AskedStatus>({ type: "status", status });
    },
  });
  return { reports, askedAtMs };
}

Deno.test("watchHealth() sends a request per interval, with jitter for the first", async () => {
  const well = [[200], [200, 3_000], [200, 12_000], [200]] as const;
  deepEqual((await watch(well)).askedAtMs, [10_000, 20_000, 30_000, 42_000]);
  deepEqual((await watch(well.slice(0, 1), { chance: 0 })).askedAtMs, [5_000]);
});

Deno.test("watchHealth() reports three failures in a row once, and the recovery", async () => {
  const ill = [[200], [503], [503], [503], [503], [204], [503], [503], [200]] as const;
  deepEqual((await watch(ill)).reports, [
    "Answered GET /h with 503 three times in a row (well at 10000)",
    "recovered",
  ]);
});

Deno.test("watchHealth() ends with its signal and leaves no timer", async () => {
  const over = new AbortController();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  const watching = watchHealth({
    instance: { endpoint: { hostname, port } },
    path: "/h",
    intervalMs: 1,
    onUnhealthy: (reason) => {
      throw new Error(reason);
    },
    onRecovered() {},
    signal: over.signal,
  });
  using _asking = await listener.accept();
  over.abort();
  await watching;
});
