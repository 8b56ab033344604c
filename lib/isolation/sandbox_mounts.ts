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

/** Where the modules that a check has fetched show. */
const SANDBOX_MODULES = "/ddsrv/modules";

/** What an instance sees of the host, and links inside. */
export interface SandboxMounts extends FunctionMounts {
  readonly links: readonly SandboxLink[];
}

/**
 * What an instance sees of the host: its source, its modules, and what it keeps. Checks write to the
 * module cache: what lies in it may be a link to anywhere at any moment, so that root mounts nothing
 * in it, but the whole cache, whose place is root's. Links inside lead to the two parts that count.
 */
export async function sandboxMounts(options: SandboxMountOptions): Promise<SandboxMounts> {
  const { cacheDirectory, home } = options;
  const links = ["remote", "npm"].map((part) => ({
    path: join(SANDBOX_CACHE, part),
    target: join(SANDBOX_MODULES, part),
  }));
  const seen = await functionMounts(options);
  const mounts = [
    ...seen.mounts,
    { source: cacheDirectory, target: SANDBOX_MODULES },
    { source: PRELOAD_FILE, target: SANDBOX_PRELOAD },
    { source: options.startFile, target: SANDBOX_START },
    { source: home.files, target: SANDBOX_DATA, isWritable: true },
    { source: home.storage, target: join(SANDBOX_CACHE, "location_data"), isWritable: true },
  ];
  return { mounts, links, [Symbol.asyncDispose]: () => seen[Symbol.asyncDispose]() };
}
