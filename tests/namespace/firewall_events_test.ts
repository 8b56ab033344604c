import assert from "node:assert/strict";
import { openFirewallEvents } from "../../lib/namespace/firewall_events.ts";
import type { NftRemoval } from "../../lib/namespace/nft_removals.ts";
import { run } from "../../lib/system/run.ts";
import { eventually } from "../patience.ts";

Deno.test("openFirewallEvents() reports removed tables and chains of this namespace", async () => {
  using events = openFirewallEvents();
  const closing = new AbortController();
  const table = "ddsrv_events_test";
  await run(["nft", "add", "table", "inet", table]);
  await run(["nft", "add", "chain", "inet", table, "refuse"]);
  await run(["nft", "delete", "chain", "inet", table, "refuse"]);
  await run(["nft", "delete", "table", "inet", table]);
  const seen: NftRemoval[] = [];
  await eventually("both removals", async () => {
    const removals = await events.next(1_000.5, closing.signal) ?? [];
    seen.push(...removals.filter((one) => one.table === table));
    return seen.length >= 2;
  });
  assert.deepEqual(seen, [{ table, chain: "refuse" }, { table, chain: undefined }]);
});

Deno.test("openFirewallEvents() ends a wait when the signal aborts", async () => {
  using events = openFirewallEvents();
  const closing = new AbortController();
  const waiting = events.next(3_600_000, closing.signal);
  closing.abort();
  assert.equal(await waiting, undefined);
});
