import { join } from "node:path";
import { isStaticEntry } from "../config/entry_names.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import {
  type FunctionMounts,
  functionMounts,
  SANDBOX_CACHE,
  SANDBOX_DATA,
  SANDBOX_PRELOAD,
  SANDBOX_SITE,
  SANDBOX_START,
} from "../sandbox/function_mounts.ts";
import { PRELOAD_FILE } from "../sandbox/preload_file.ts";
import type { Mount, SandboxLink } from "../sandbox/sandbox.ts";
import { SITE_DIRECTORY } from "../sandbox/site.ts";
import type { Home } from "./homes.ts";

/** Options of {@linkcode sandboxMounts}. */
export interface SandboxMountOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  /** Real path of the source, if the function's folder is not used. */
  readonly source: string | undefined;
  readonly etc: readonly Mount[];
  readonly cacheDirectory: string;
  readonly home: Home;
  /** Host path of the start file. */
  readonly startFile: string;
  /** Entry of the function. */
  readonly moduleOptions: Pick<ModuleOptions, "entry" | "deno">;
}

/** Path inside the sandbox of the modules that checks have fetched. */
const SANDBOX_MODULES = "/ddsrv/modules";

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
  const { cacheDirectory, home } = options;
  const links = ["remote", "npm"].map((part) => ({
    path: join(SANDBOX_CACHE, part),
    target: join(SANDBOX_MODULES, part),
  }));
  const common = await functionMounts({ ...options, deno: options.moduleOptions.deno?.path });
  const mounts = [
    ...common.mounts,
    { source: cacheDirectory, target: SANDBOX_MODULES },
    { source: PRELOAD_FILE, target: SANDBOX_PRELOAD },
    { source: options.startFile, target: SANDBOX_START },
    ...(isStaticEntry(options.moduleOptions.entry)
      ? [{ source: SITE_DIRECTORY, target: SANDBOX_SITE }]
      : []),
    { source: home.files, target: SANDBOX_DATA, isWritable: true },
    { source: home.storage, target: join(SANDBOX_CACHE, "location_data"), isWritable: true },
  ];
  return { mounts, links, [Symbol.asyncDispose]: () => common[Symbol.asyncDispose]() };
}
