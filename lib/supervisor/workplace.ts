import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { type Namespace, type Network, openNetwork } from "../namespace/network.ts";
import { type EtcFiles, writeEtcFiles } from "../process/etc_files.ts";
import { missingControllers } from "../process/cgroup_hierarchy.ts";
import { type ControlGroups, openControlGroups, readHierarchy } from "../process/control_groups.ts";
import { type CacheSweeper, createCacheSweeper } from "./cache_sweeper.ts";
import { type Homes, openHomes } from "./homes.ts";
import { createSemaphore, type Semaphore } from "../system/semaphore.ts";

/** What all instances of one supervisor share. Disposing of it leaves nothing in the kernel. */
export interface Workplace extends AsyncDisposable {
  readonly settings: Settings;
  readonly network: Network;
  /** Where checks run: code that is read there may fetch modules from the internet, no more. */
  readonly checkNamespace: Namespace;
  /** What functions keep; the user of checks owns the module caches. */
  readonly homes: Homes;
  /** Groups that bound what instances use; missing where the host has none to offer. */
  readonly groups: ControlGroups | undefined;
  readonly etc: EtcFiles;
  /** For small files, removed at the end. */
  readonly runtimeDirectory: string;
  /** The module cache of a function, made when it is first asked for. */
  readonly cacheOf: (name: string) => Promise<string>;
  readonly cacheSweeper: CacheSweeper;
  /** The module that serves default exports, on the host. */
  readonly preloadFile: string;
  /** Checks at a time: they take a whole core each. */
  readonly checks: Semaphore;
}

/** Opens what instances share: network, cache, small files. */
export async function openWorkplace(
  settings: Settings,
  onWarning: (message: string) => void,
): Promise<Workplace> {
  await using stack = new AsyncDisposableStack();
  const network = stack.use(
    await openNetwork({
      socket: settings.socket,
      addressRange: settings.addressRange,
      dns: settings.dns,
      egress: settings.egress === "none" ? "internet" : settings.egress,
      onWarning,
    }),
  );
  const runtimeDirectory = join("/run/ddsrv", network.owner.id);
  // What a killed predecessor left there may hold variables of functions.
  await removeIfThere(runtimeDirectory);
  const groups = await openGroups(network.owner.id, onWarning);
  if (groups !== undefined) stack.use(groups);
  const etc = await writeEtcFiles(runtimeDirectory, network.resolvers);
  stack.defer(() => removeIfThere(runtimeDirectory));
  const checkNamespace = stack.use(
    await network.open({
      label: "check",
      egress: settings.egress === "full" ? "full" : "internet",
    }),
  );
  // Two supervisors may have functions of the same name, which have nothing else in common.
  const caches = join(settings.stateDirectory, "cache", network.owner.id);
  await Deno.mkdir(caches, { recursive: true, mode: 0o755 });
  const homes = await openHomes({
    stateDirectory: settings.stateDirectory,
    ownerId: network.owner.id,
    uidRange: settings.uidRange,
  });
  const owned = stack.move();
  return {
    settings,
    network,
    checkNamespace,
    homes,
    groups,
    etc,
    runtimeDirectory,
    cacheSweeper: createCacheSweeper(caches),
    cacheOf: (name) => makeCache(join(caches, name), homes.checkUid),
    preloadFile: fileURLToPath(new URL("../process/preload.js", import.meta.url)),
    checks: createSemaphore(Math.max(1, navigator.hardwareConcurrency)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openGroups(
  ownerId: string,
  onWarning: (message: string) => void,
): Promise<ControlGroups | undefined> {
  try {
    const hierarchy = await readHierarchy();
    const missing = missingControllers(hierarchy);
    if (missing.length > 0) {
      onWarning(
        `This host has no control group for ${missing.join(", ")}: functions are not bounded there`,
      );
    }
    return await openControlGroups(ownerId, hierarchy);
  } catch (error) {
    onWarning(
      `Control groups can't be used: ${
        (error as Error).message
      }. A greedy function can starve the ` +
        "others. In a container, give it a writable /sys/fs/cgroup (--privileged, or --cgroupns host)",
    );
    return undefined;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Makes a function's module cache, which checks fill and the function reads. Each has its own:
 * where packages come from is for a function's own configuration to say, and one that brings its
 * own registry must not bring another function's packages.
 */
async function makeCache(directory: string, uid: number): Promise<string> {
  for (const part of ["", "remote", "npm"]) {
    const path = join(directory, part);
    await Deno.mkdir(path, { recursive: true, mode: 0o755 });
    // The check's user owns the directory above; root must not follow a link that it put there.
    if ((await Deno.lstat(path)).isSymlink) {
      throw new Error(
        `"${path}" is a symbolic link, which ddsrv never makes. Remove "${directory}"`,
      );
    }
    await Deno.chown(path, uid, uid);
  }
  return directory;
}
