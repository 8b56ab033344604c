import assert from "node:assert/strict";
import type { FirewallEvents } from "../../lib/namespace/firewall_events.ts";
import { guardFirewall, LOOK_MS, SLOW_LOOK_MS } from "../../lib/namespace/firewall_guard.ts";
import type { NftRemoval } from "../../lib/namespace/nft_removals.ts";

/** Result of one wait: what it returns, and its duration, the whole timeout by default. */
interface Wait {
  readonly removals?: readonly NftRemoval[];
  readonly tookMs?: number;
}

interface Stage {
  readonly waits?: readonly Wait[];
  /** Answers of the looks, one after the other; true when they are over. */
  readonly isThere?: readonly boolean[];
  readonly isRestored?: boolean;
  readonly open?: () => FirewallEvents;
  readonly untilMs: number;
}

/** Runs the guard on a clock of its own; returns the times of looks and restores. */
async function run({ waits = [], isThere = [], isRestored = true, untilMs, ...more }: Stage) {
  const closing = new AbortController();
  const [left, answers] = [[...waits], [...isThere]];
  const seen: string[] = [];
  const warnings: string[] = [];
  let nowMs = 0;
  const pass = (ms: number): void => {
    nowMs += ms;
    if (nowMs > untilMs) closing.abort();
  };
  const events: FirewallEvents = {
    next(timeoutMs) {
      const { removals, tookMs = timeoutMs } = left.shift() ?? {};
      pass(Math.min(tookMs, timeoutMs));
      return Promise.resolve(removals);
    },
    [Symbol.dispose]: () => void seen.push("closed"),
  };
  await guardFirewall({
    table: "ours",
    isThere() {
      seen.push(`look ${Math.round(nowMs / 100) / 10}`);
      return Promise.resolve(answers.shift() ?? true);
    },
    restore() {
      seen.push("restore");
      return Promise.resolve(isRestored);
    },
    onWarning: (message) => void warnings.push(message),
    signal: closing.signal,
    open: more.open ?? (() => events),
    pause: (ms) => Promise.resolve(pass(ms)),
    now: () => nowMs,
  });
  return { seen, warnings };
}

Deno.test("guardFirewall() looks rarely without reports", async () => {
  const { seen, warnings } = await run({ untilMs: LOOK_MS + 2 * SLOW_LOOK_MS + 1_000 });
  assert.deepEqual(seen, ["look 2", "look 32", "look 62", "closed"]);
  assert.deepEqual(warnings, []);
});

Deno.test("guardFirewall() looks at once when the kernel reports its table's removal", async () => {
  const others = [{ table: "other", chain: undefined }, { table: "ours", chain: "input" }];
  const { seen } = await run({
    waits: [
      { removals: others, tookMs: 500 },
      { removals: [{ table: "ours", chain: undefined }], tookMs: 500 },
      { removals: [{ table: "ours", chain: "refuse" }], tookMs: 500 },
    ],
    isThere: [false],
    untilMs: 4_000,
  });
  assert.deepEqual(seen, ["look 1.1", "restore", "look 1.6", "closed"]);
});

Deno.test("guardFirewall() looks when the kernel's reports may be lost", async () => {
  const { seen } = await run({ waits: [{ tookMs: 500 }], isThere: [false], untilMs: 4_000 });
  assert.deepEqual(seen, ["look 0.5", "restore", "closed"]);
});

Deno.test("guardFirewall() soon tries again if the table can't be restored", async () => {
  const isThere = [false, false, true];
  const { seen } = await run({ isThere, isRestored: false, untilMs: 10_000 });
  assert.deepEqual(seen, ["look 2", "restore", "look 4", "restore", "look 6", "closed"]);
});

Deno.test("guardFirewall() looks often, with a warning, without reports of the kernel", async () => {
  const open = (): never => {
    throw new Error("a netlink socket is refused");
  };
  const { seen, warnings } = await run({ open, isThere: [true, false], untilMs: 6_500 });
  assert.deepEqual(seen, ["look 2", "look 4", "restore", "look 6"]);
  assert.deepEqual(warnings, [
    "Cannot follow changes of the firewall: a netlink socket is refused. ddsrv looks every 2 s " +
    "whether its table still exists",
  ]);
});

Deno.test("guardFirewall() does not rely on a socket that fails again and again", async () => {
  const waits = new Array(20).fill({ tookMs: 0 });
  const { seen, warnings } = await run({ waits, untilMs: 5_000 });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /the netlink socket fails/);
  assert.deepEqual(seen.slice(-3), ["closed", "look 2.3", "look 4.3"]);
});
