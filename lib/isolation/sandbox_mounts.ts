import { join } from "node:path";
import {
  type FunctionMounts,
  functionMounts,
  SANDBOX_CACHE,
  SANDBOX_DATA,
  SANDBOX_MODULES,
  SANDBOX_PRELOAD,
  SANDBOX_START,
} from "../sandbox/function_mounts.ts";
import { PRELOAD_FILE } from "../sandbox/preload_file.ts";
import type { Mount, SandboxLink } from "../sandbox/sandbox.ts";
import type { Home } from "./homes.ts";

/** What one instance is to see. */
export interface SandboxMountOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  /** Where its source is, if that is not in its place. */
  readonly source: string | undefined;
  /** What it sees of `/etc`. */
  readonly etc: readonly Mount[];
  readonly cacheDirectory: string;
  readonly home: Home;
  /** Path of its start file. */
  readonly startFile: string;
}

/** Parts of the module cache that a function reads; the rest of it is a directory in memory. */
export const MODULE_LINKS: readonly SandboxLink[] = ["remote", "npm"].map((part) => ({
  path: join(SANDBOX_CACHE, part),
  target: join(SANDBOX_MODULES, part),
}));

/** What an instance sees of the host: its source, its modules, and what it keeps. */
export async function sandboxMounts(options: SandboxMountOptions): Promise<FunctionMounts> {
  const { cacheDirectory, home } = options;
  const seen = await functionMounts(options);
  const mounts = [
    ...seen.mounts,
    // Checks write below it. What in it is a link leads to something inside the sandbox only.
    { source: cacheDirectory, target: SANDBOX_MODULES },
    { source: PRELOAD_FILE, target: SANDBOX_PRELOAD },
    { source: options.startFile, target: SANDBOX_START },
    { source: home.files, target: SANDBOX_DATA, isWritable: true },
    { source: home.storage, target: join(SANDBOX_CACHE, "location_data"), isWritable: true },
  ];
  return { ...seen, mounts };
}
