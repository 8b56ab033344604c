import { join } from "node:path";
import {
  type FunctionMounts,
  functionMounts,
  SANDBOX_CACHE,
  SANDBOX_DATA,
  SANDBOX_PRELOAD,
  SANDBOX_START,
} from "../sandbox/function_mounts.ts";
import { PRELOAD_FILE } from "../sandbox/preload_file.ts";
import type { Mount } from "../sandbox/sandbox.ts";
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

/** What an instance sees of the host: its source, its modules, and what it keeps. */
export async function sandboxMounts(options: SandboxMountOptions): Promise<FunctionMounts> {
  const { cacheDirectory, home } = options;
  const cache = ["remote", "npm"].map((part) => ({
    source: join(cacheDirectory, part),
    target: join(SANDBOX_CACHE, part),
  }));
  const seen = await functionMounts(options);
  const mounts = [
    ...seen.mounts,
    ...cache,
    { source: PRELOAD_FILE, target: SANDBOX_PRELOAD },
    { source: options.startFile, target: SANDBOX_START },
    { source: home.files, target: SANDBOX_DATA, isWritable: true },
    { source: home.storage, target: join(SANDBOX_CACHE, "location_data"), isWritable: true },
  ];
  return { ...seen, mounts };
}
