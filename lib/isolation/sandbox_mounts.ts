import { basename, join } from "node:path";
import { isStaticEntry } from "../config/entry_names.ts";
import { type CodeCache, codeCacheFiles } from "../sandbox/code_cache.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import { type FunctionMounts, functionMounts } from "../sandbox/function_mounts.ts";
import {
  SANDBOX_ACTIVITY,
  SANDBOX_CACHE,
  SANDBOX_DATA,
  SANDBOX_LOCK,
  SANDBOX_PRELOAD,
  SANDBOX_SITE,
  SANDBOX_START,
} from "../sandbox/sandbox_paths.ts";
import { PRELOAD_FILE, RUN_PRELOAD_FILE } from "../sandbox/preload_file.ts";
import type { Mount, SandboxLink } from "../sandbox/sandbox.ts";
import type { ExtraName } from "../sandbox/extra_names.ts";
import { SITE_DIRECTORY } from "../sandbox/site.ts";
import type { Home } from "./homes.ts";
import type { InstalledPackages } from "./installed_packages.ts";
import type { OneOffStart } from "./isolation.ts";
import type { WritableName } from "./seed_writable.ts";

/** Options of {@linkcode sandboxMounts}. */
export interface SandboxMountOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  /** Real path of the source, if the function's folder is not used. */
  readonly source: string | undefined;
  readonly etc: readonly Mount[];
  readonly cacheDirectory: string;
  /** Host path of the lock file that the check made; only the supervisor may write to it. */
  readonly lock: string | undefined;
  /** Packages that the check installed; none when left out. */
  readonly packages?: InstalledPackages | undefined;
  /** Code cache of this start; none when left out. */
  readonly code?: CodeCache | undefined;
  readonly home: Home;
  /** Names of the source that are writable; none when left out. */
  readonly writable?: readonly WritableName[];
  /** Host path of the start file. */
  readonly startFile: string;
  /** Host path of the directory of the activity files. */
  readonly activityDirectory: string;
  /** Entry of the function. */
  readonly moduleOptions: Pick<ModuleOptions, "entry" | "deno">;
  /** A one-off run; an instance when left out. */
  readonly oneOff?: OneOffStart | undefined;
}

/** Path inside the sandbox of the modules that checks have fetched. */
const SANDBOX_MODULES = "/ddsrv/modules";

/** Path inside the sandbox of the directories of writable files. */
const SANDBOX_WRITABLE = "/ddsrv/writable";

/** Mounts of host paths, and links inside the sandbox. */
export interface SandboxMounts extends FunctionMounts {
  readonly links: readonly SandboxLink[];
}

/**
 * Returns the mounts of an instance: source, modules and data. Checks write to the module cache, so
 * any entry in it may become a link to anywhere. Therefore root never mounts an entry of the cache,
 * only the whole cache, whose parent directory belongs to root. Links inside the sandbox lead to
 * the two parts that the instance needs.
 */
export async function sandboxMounts(options: SandboxMountOptions): Promise<SandboxMounts> {
  const { functionsDirectory, cacheDirectory, lock, packages, code, home } = options;
  const links = ["remote", "npm"].map((part) => ({
    path: join(SANDBOX_CACHE, part),
    target: join(SANDBOX_MODULES, part),
  }));
  const writable = writableMounts(options);
  const installed = packages?.mounts ?? [];
  const common = await functionMounts({
    ...options,
    names: [...writable.map(({ name }) => name), ...installed.map(({ path }) => ({ path }))],
    deno: options.moduleOptions.deno?.path,
  });
  const mounts = [
    ...common.mounts,
    ...writable.map(({ mount }) => mount),
    ...installed.map(({ source, path }) => ({
      source,
      target: join(functionsDirectory, options.name, path),
    })),
    { source: cacheDirectory, target: SANDBOX_MODULES },
    {
      source: options.oneOff === undefined ? PRELOAD_FILE : RUN_PRELOAD_FILE,
      target: SANDBOX_PRELOAD,
    },
    { source: options.startFile, target: SANDBOX_START },
    { source: options.activityDirectory, target: SANDBOX_ACTIVITY },
    ...(isStaticEntry(options.moduleOptions.entry)
      ? [{ source: SITE_DIRECTORY, target: SANDBOX_SITE }]
      : []),
    ...codeCacheFiles(code).mounts,
    ...lock === undefined ? [] : [{ source: lock, target: SANDBOX_LOCK }],
    { source: home.files, target: SANDBOX_DATA, isWritable: true },
    { source: home.storage, target: join(SANDBOX_CACHE, "location_data"), isWritable: true },
  ];
  return { mounts, links, [Symbol.asyncDispose]: () => common[Symbol.asyncDispose]() };
}

/** A writable name: the name that the folder shows, and the mount of its data. */
interface WritableMount {
  readonly name: ExtraName;
  readonly mount: Mount;
}

/**
 * A directory is mounted on its name. A file is a link to a file in a directory of its own: a mounted
 * file could not be replaced or removed, and programs such as SQLite create further files next to
 * the file to which a link leads.
 */
function writableMounts(
  { functionsDirectory, name, writable = [] }: SandboxMountOptions,
): WritableMount[] {
  return writable.map(({ path, type, data }) => {
    const target = type === "directory"
      ? join(functionsDirectory, name, path)
      : join(SANDBOX_WRITABLE, basename(data));
    return {
      name: type === "directory" ? { path } : { path, linkTo: join(target, basename(path)) },
      mount: { source: data, target, isWritable: true },
    };
  });
}

/** Returns the paths inside the sandbox that a function may write because of its writable names. */
export function writablePaths(options: SandboxMountOptions): string[] {
  const folder = join(options.functionsDirectory, options.name);
  return writableMounts(options).flatMap(({ name, mount }) => [
    join(folder, name.path),
    ...name.linkTo === undefined ? [] : [mount.target],
  ]);
}
