import type { Bench } from "./bench.ts";
import { runEvents } from "./events.ts";
import { runIdle } from "./idle.ts";
import { LOAD_SCENARIOS, runLoadScenario } from "./load_scenarios.ts";
import type { Subject } from "./subjects.ts";
import { runWorkers } from "./workers.ts";

/** A measurement that prints its figures. */
export type Scenario =
  /** Uses proxies that it shares with other scenarios. */
  | {
    readonly type: "shared";
    readonly run: (bench: Bench, subjects: readonly Subject[]) => Promise<void>;
  }
  /** Starts its own processes. */
  | { readonly type: "own"; readonly run: (bench: Bench) => Promise<void> };

/** All scenarios by their names on the command line, in the order of execution. */
export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map<string, Scenario>([
  ...Object.entries(LOAD_SCENARIOS).map(([name, scenario]) => {
    const run = (bench: Bench, subjects: readonly Subject[]): Promise<void> =>
      runLoadScenario(bench, scenario, subjects);
    return [name, { type: "shared", run }] as const;
  }),
  ["events", { type: "shared", run: runEvents }],
  ["idle", { type: "own", run: runIdle }],
  ["workers", { type: "own", run: runWorkers }],
]);
