import { join } from "node:path";
import { defaultSockets } from "../config/default_paths.ts";
import type { Settings } from "../config/settings.ts";
import type { Isolation } from "../isolation/isolation.ts";
import { explainStateError, openStateDirectory } from "../isolation/state_directory.ts";
import { openIsolation } from "../isolation/open_isolation.ts";
import { type ClaimedOwner, claimOwner, type OwnerPredecessor } from "../owner/claim_owner.ts";
import { openHostRoom } from "../sandbox/host_room.ts";
import { createSemaphore, type Semaphore } from "../system/semaphore.ts";
import { type ChangeStore, openChangeStore } from "../history/change_store.ts";
import { openScheduleStore, type ScheduleStore } from "../schedules/schedule_store.ts";
import { type CheckLane, createCheckLane } from "./check_lane.ts";
import { type CheckResults, openCheckResults } from "./check_results.ts";
import { type DenoOf, openDenos } from "../sandbox/denos.ts";
import { openModuleCaches } from "../isolation/module_caches.ts";
import { type KeptLocks, openKeptLocks } from "./kept_locks.ts";
import { type KeptCode, openKeptCode } from "./kept_code.ts";
import { type KeptPackages, openKeptPackages } from "./kept_packages.ts";
import { createParkedStarts, type ParkedStarts } from "./parked_starts.ts";
import { openSharedCode, type SharedCode } from "./shared_code.ts";
import { openSnapshots, type Snapshots } from "./snapshots.ts";
import { type Expiries, openExpiries } from "./expiries.ts";
import { type HandStops, openHandStops } from "./hand_stops.ts";
import { type CacheSweeper, createCacheSweeper } from "./cache_sweeper.ts";
import { type HeldDomains, openHeldDomains } from "./held_domains.ts";
import { type KeptStays, openKeptStays } from "./kept_stays.ts";
import { createDebugSessions, type DebugSessions } from "./debug_sessions.ts";
import { createOneOffRuns, type OneOffRuns } from "./one_off_runs.ts";
import { openPredeploys, type Predeploys } from "./predeploys.ts";
import { openVariableStore, type VariableStore } from "./variable_store.ts";

/** Resources that all instances of a supervisor share. Disposing of it removes kernel objects. */
export interface SupervisorContext extends AsyncDisposable {
  /** The present settings. */
  readonly settings: Settings;
  /** Replaces the settings for later launches. */
  readonly configure: (settings: Settings) => Promise<void>;
  readonly isolation: Isolation;
  readonly owner: Pick<ClaimedOwner, "tag" | "locks" | "succeed">;
  /** Returns the module cache of a function; creates it if it is missing. */
  readonly cacheOf: (name: string) => Promise<string>;
  readonly cacheSweeper: CacheSweeper;
  readonly checkResults: CheckResults;
  readonly keptLocks: KeptLocks;
  readonly keptPackages: KeptPackages;
  readonly keptCode: KeptCode;
  /** The code cache of functions without one of their own. */
  readonly sharedCode: Pick<SharedCode, "stop">;
  readonly snapshots: Snapshots;
  /** Variables that the operator has set for functions. */
  readonly variables: VariableStore;
  /** Recorded changes of functions. */
  readonly changes: ChangeStore;
  /** Records of the runs of schedules. */
  readonly schedules: ScheduleStore;
  /** Returns the Deno for a function, by the version that it asks for. */
  readonly denoOf: DenoOf;
  /** Which function has had which domain so far. */
  readonly heldDomains: HeldDomains;
  /** Which functions are stopped by hand. */
  readonly handStops: HandStops;
  /** When functions expire. */
  readonly expiries: Expiries;
  /** Which functions stay awake without requests. */
  readonly keptStays: KeptStays;
  /**
   * Removes data, variables, history, snapshots, check results, stop by hand and expiry of a function.
   */
  readonly purge: (name: string) => Promise<void>;
  /** Limits concurrent checks: each takes a whole core. */
  readonly checks: CheckLane;
  /** Limits concurrent starts. */
  readonly starts: Semaphore;
  /** Prepares the next starts of functions. */
  readonly parked: ParkedStarts;
  readonly oneOffRuns: OneOffRuns;
  readonly debugSessions: DebugSessions;
  readonly predeploys: Predeploys;
}

const NO_LANDLOCK = "it needs Landlock, see ddsrv doctor";

/** A start that takes longer than this gives its place to others. */
const MAX_START_HOLD_MS = 3_000;

/** Memory that a starting instance may need, in bytes; Deno alone takes a quarter of it. */
const START_BYTES = 128 * 1024 ** 2;

/** A start waits for the disk and the kernel about as long as it computes. */
const STARTS_PER_CORE = 2;

/** Maximum number of instances that start at the same time; at least 1. */
export function startsAtOnce(
  { cores, availableBytes }: { readonly cores: number; readonly availableBytes: number },
): number {
  const byMemory = Math.floor(availableBytes / START_BYTES);
  return Math.max(1, Math.min(cores * STARTS_PER_CORE, byMemory));
}

/** Options of {@linkcode openSupervisorContext}. */
export interface SupervisorContextOptions {
  /** The supervisor that this one replaces, and that still serves. */
  readonly predecessor?: OwnerPredecessor | undefined;
  readonly onWarning: (message: string) => void;
}

/** Opens the shared resources. */
export async function openSupervisorContext(
  settings: Settings,
  { predecessor, onWarning }: SupervisorContextOptions,
): Promise<SupervisorContext> {
  await using stack = new AsyncDisposableStack();
  let current = settings;
  const { stateDirectory } = settings;
  await openStateDirectory(stateDirectory, { onWarning });
  const formerSockets = [settings.socket, ...defaultSockets(Deno.uid(), Deno.env.toObject())];
  const owner = stack.use(await claimOwner({ ...settings, formerSockets, predecessor, onWarning }));
  const isolation = stack.use(await openIsolation(settings, { owner, onWarning }));
  // Functions of the same name in two functions directories are different functions.
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
  const keptLocks = openKeptLocks({
    directory: join(settings.stateDirectory, "locks", owner.id),
    neededRevisions: (name) => snapshots.list(name).map(({ revision }) => revision),
  });
  const keptPackages = await openKeptPackages({
    directory: join(settings.stateDirectory, "packages", owner.id),
    neededRevisions: (name) => snapshots.list(name).map(({ revision }) => revision),
    uidOf: isolation.cacheUid,
  });
  const cores = Math.max(1, navigator.hardwareConcurrency);
  const readRoom = await openHostRoom();
  const availableBytes = readRoom().memory.left;
  const starts = createSemaphore(startsAtOnce({ cores, availableBytes }), {
    maxHoldMs: MAX_START_HOLD_MS,
  });
  const sharedCode = stack.use(openSharedCode({
    directory: join(stateDirectory, "deno-code", owner.id),
    record: isolation.recordCode,
    // It prepares starts, like parked ones.
    isOn: () => current.parked !== 0,
    starts,
    onWarning,
  }));
  const keptCode = await openKeptCode({
    directory: join(settings.stateDirectory, "code", owner.id),
    templates: isolation.codeTemplates,
    shared: sharedCode,
    neededRevisions: (name) => snapshots.list(name).map(({ revision }) => revision),
    onWarning,
  });
  const variables = openVariableStore(
    join(stateDirectory, "variables", owner.id),
  );
  const changes = openChangeStore({
    directory: join(stateDirectory, "history", owner.id),
    onWarning,
  });
  const schedules = openScheduleStore(join(stateDirectory, "schedules", owner.id));
  const heldDomains = await openHeldDomains(
    join(stateDirectory, "domains", `${owner.id}.json`),
    onWarning,
  );
  const handStops = await openHandStops(join(stateDirectory, "stopped", owner.id), onWarning);
  const expiries = await openExpiries(
    join(stateDirectory, "expiries", `${owner.id}.json`),
    onWarning,
  );
  const keptStays = await openKeptStays(
    join(stateDirectory, "stays", `${owner.id}.json`),
    onWarning,
  );
  stack.defer(keptStays.saved);
  const checks = createCheckLane({ cores });
  const forget = async (name: string): Promise<void> => {
    checks.forget(name);
    await checkResults.forget(name);
    await keptLocks.forget(name);
    await keptPackages.forget(name);
    await keptCode.forget(name);
    await keptStays.forget(name);
    await snapshots.forget(name);
  };
  const denoOf = await openDenos(settings);
  sharedCode.prepare(await denoOf(undefined));
  if ((settings.parked ?? 0) > 0 && !isolation.parking.includes("sandbox")) {
    onWarning(
      `"parked" has no effect: ${
        isolation.level === "none" ? "without isolation, there are no sandboxes" : NO_LANDLOCK
      }`,
    );
  }
  const parked = stack.use(createParkedStarts({
    isolation,
    starts,
    settings: () => current,
    readRoom,
    onWarning,
  }));
  const predeploys = openPredeploys(join(stateDirectory, "predeploys", owner.id));
  const oneOffRuns = createOneOffRuns();
  const debugSessions = createDebugSessions();
  const owned = stack.move();
  return {
    get settings() {
      return current;
    },
    async configure(next) {
      current = next;
      // Some settings are part of every start.
      await parked.discardAll();
    },
    isolation,
    owner,
    cacheSweeper: createCacheSweeper(caches, forget),
    cacheOf,
    checkResults,
    keptLocks,
    keptPackages,
    keptCode,
    sharedCode,
    snapshots,
    variables,
    changes,
    schedules,
    denoOf,
    heldDomains,
    handStops,
    expiries,
    keptStays,
    checks,
    async purge(name) {
      const reason = `The function "${name}" was removed`;
      await Promise.all([oneOffRuns.end(name, reason), debugSessions.end(name, reason)]);
      await parked.discard(name);
      await isolation.purge(name);
      await variables.forget(name);
      await changes.forget(name);
      await schedules.forget(name);
      await handStops.end(name);
      await expiries.set(name, undefined);
      await predeploys.forget(name);
      await forget(name);
    },
    starts,
    parked,
    oneOffRuns,
    debugSessions,
    predeploys,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
