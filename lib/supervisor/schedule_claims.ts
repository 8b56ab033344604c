import { scheduleRunsOf } from "../config/schedule_runs.ts";
import type { Settings } from "../config/settings.ts";
import { readTextFile } from "../function/contained_file.ts";
import { kvUrlOf, readKvToken } from "../function/kv_variables.ts";
import { type KvStore, openKvStore } from "../kv/kv_store.ts";
import { createTickClaims } from "../schedules/claim_tick.ts";
import type { SchedulerOptions } from "../schedules/scheduler.ts";
import { sleep } from "../system/sleep.ts";

/** With a database for each function, removed functions would leave their stores. */
const MAX_STORES = 1_000;

/** Returns which ticks of schedules this host runs, and by which store it agrees with others. */
export function scheduleClaims(
  settings: Pick<Settings, "scheduleRuns" | "kvUrl" | "kvTokenFile" | "source">,
): Pick<SchedulerOptions, "claim" | "isAutomatic"> {
  const { kvUrl } = settings;
  const runs = scheduleRunsOf(settings);
  if (runs !== "claimed" || kvUrl === undefined) return { isAutomatic: runs === "all" };
  const host = crypto.randomUUID();
  const stores = new Map<string, KvStore>();
  const readToken = () => readKvToken({ ...settings, readText: readTextFile });
  const storeOf = (name: string): KvStore => {
    const url = kvUrlOf(kvUrl, name);
    const store = stores.get(url) ?? openKvStore({ url, readToken });
    stores.set(url, store);
    // A store only remembers how to reach its server; the oldest one can be opened again.
    if (stores.size > MAX_STORES) stores.delete(stores.keys().next().value!);
    return store;
  };
  return { claim: createTickClaims({ storeOf, host, now: Date.now, pause: sleep }) };
}
