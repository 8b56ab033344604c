import { join } from "node:path";
import { defaultSockets } from "../config/default_paths.ts";
import type { Settings } from "../config/settings.ts";
import type { Isolation } from "../isolation/isolation.ts";
import { explainStateError, openStateDirectory } from "../isolation/state_directory.ts";
import { openIsolation } from "../isolation/open_isolation.ts";
import { claimOwner } from "../owner/claim_owner.ts";
import { createSemaphore, type Semaphore } from "../system/semaphore.ts";
import { type CheckLane, createCheckLane } from "./check_lane.ts";
import { type CheckResults, openCheckResults } from "./check_results.ts";
import { openModuleCaches } from "../isolation/module_caches.ts";
import { openSnapshots, type Snapshots } from "./snapshots.ts";
import { startsAtOnce } from "./starts_at_once.ts";
import { type CacheSweeper, createCacheSweeper } from "./cache_sweeper.ts";
import { openVariableStore, type VariableStore } from "./variable_store.ts";

/** What all instances of one supervisor share. Disposing of it leaves nothing in the kernel. */
export interface SupervisorContext extends AsyncDisposable {
  /** Those that hold at present. */
  readonly settings: Settings;
  /** Takes other settings, for what is opened from now on. */
  readonly configure: (settings: Settings) => void;
  readonly isolation: Isolation;
  /** The module cache of a function, made when it is first asked for. */
  readonly cacheOf: (name: string) => Promise<string>;
  readonly cacheSweeper: CacheSweeper;
  readonly checkResults: CheckResults;
  readonly snapshots: Snapshots;
  /** Variables that the operator has set for functions. */
  readonly variables: VariableStore;
  /** Leaves nothing of a function to the next one of its name: no data, variable, revision, check. */
  readonly purge: (name: string) => Promise<void>;
  /** Checks at a time: they take a whole core each. */
  readonly checks: CheckLane;
  /** Starts at a time. */
  readonly starts: Semaphore;
}

/** Code that is started for longer than this does not hold up others. */
const MAX_START_HOLD_MS = 3_000;

/** Opens what instances share. */
export async function openSupervisorContext(
  settings: Settings,
  onWarning: (message: string) => void,
): Promise<SupervisorContext> {
  await using stack = new AsyncDisposableStack();
  const { stateDirectory } = settings;
  await openStateDirectory(stateDirectory, { onWarning });
  const formerSockets = [settings.socket, ...defaultSockets(Deno.uid(), Deno.env.toObject())];
  const owner = stack.use(await claimOwner({ ...settings, formerSockets, onWarning }));
  const isolation = stack.use(await openIsolation(settings, { owner, onWarning }));
  // Two functions directories may have functions of the same name, with nothing else in common.
  const caches = join(stateDirectory, "cache", owner.id);
  const openCache = await openModuleCaches(caches, isolation.cacheUid);
  const cacheOf = (name: string): Promise<string> =>
    openCache(name).catch((error) => {
      throw explainStateError(stateDirectory, error);
    });
  const checkResults = openCheckResults({
    directory: join(settings.stateDirectory, "checks", owner.id),
    cacheOf,
    onWarning,
  });
  const snapshots = await openSnapshots({
    directory: join(settings.stateDirectory, "snapshots", owner.id),
    copy: isolation.copy,
  });
  const variables = openVariableStore(
    join(stateDirectory, "variables", owner.id),
  );
  const cores = Math.max(1, navigator.hardwareConcurrency);
  const checks = createCheckLane({ cores });
  const forget = async (name: string): Promise<void> => {
    checks.forget(name);
    await checkResults.forget(name);
    await snapshots.forget(name);
  };
  const { available: availableBytes } = Deno.systemMemoryInfo();
  const owned = stack.move();
  let current = settings;
  return {
    get settings() {
      return current;
    },
    configure(next) {
      current = next;
    },
    isolation,
    cacheSweeper: createCacheSweeper(caches, forget),
    cacheOf,
    checkResults,
    snapshots,
    variables,
    checks,
    async purge(name) {
      await isolation.purge(name);
      await variables.forget(name);
      await forget(name);
    },
    starts: createSemaphore(startsAtOnce({ cores, availableBytes }), {
      maxHoldMs: MAX_START_HOLD_MS,
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
