import { baseEnvironment, denoDirectory } from "../sandbox/deno_command.ts";
import { SANDBOX_CACHE, SANDBOX_DENO } from "../sandbox/function_mounts.ts";
import {
  type Launch,
  type Mount,
  sandboxCommand,
  type SandboxOptions,
} from "../sandbox/sandbox.ts";
import { launchShell, type ProcessLimits } from "../sandbox/launch_shell.ts";
import {
  compilerEnvironment,
  compilerInSandbox,
  type NativeCompiler,
} from "../sandbox/native_compiler.ts";
import { type CheckBounds, MAX_DATA_BYTES, MAX_FILE_BYTES } from "./check_bounds.ts";
import { EDGE_RUNTIME_TYPES } from "./edge_runtime.ts";
import { FETCH_SOCKET } from "./fetcher.ts";
import type { CachePlace } from "./made_lock.ts";
import { proxyEnvironment } from "./npm_registry.ts";

/** Environment in which a check's commands run. */
export interface CheckPlace {
  readonly deno: string;
  readonly env: Readonly<Record<string, string>>;
  /** Module cache, which the check fills. */
  readonly cache: CachePlace;
  /** Types of what `preload.js` adds, for code that misses them; none when left out. */
  readonly types?: string;
  /** Working directory; the caller's own when left out. */
  readonly cwd?: string;
  /** Returns the launch chain around a command. */
  readonly around: (command: readonly string[]) => Pick<Launch, "command"> & Partial<Launch>;
  /** Returns the CPU time of all its processes in milliseconds; missing where nothing counts it. */
  readonly cpuTimeMs?: (() => Promise<number | undefined>) | undefined;
}

/** Returns the limits of each process of a check, which need no control groups. */
function limitsOf({ cpuTimeMs }: CheckBounds): ProcessLimits {
  return {
    cpuSeconds: Math.ceil(cpuTimeMs / 1_000),
    dataBytes: MAX_DATA_BYTES,
    fileBytes: MAX_FILE_BYTES,
    files: 4_096,
  };
}

/** Low priority: a third of the CPU share of other processes (sched(7), nice(1)). */
const NICE: readonly string[] = ["nice", "-n", "5"];

/** Path inside the sandbox of the directory with the fetcher's socket. */
const FETCH_DIRECTORY = "/ddsrv/fetch";

/** Path inside the sandbox of the types of what `preload.js` adds. */
const SANDBOX_TYPES = "/ddsrv/edge_runtime.d.ts";

/** Options of {@linkcode sandboxedPlace}. */
export interface SandboxedPlaceOptions
  extends Pick<SandboxOptions, "joinFiles" | "landlock" | "stage" | "systemCallFilter" | "uid"> {
  /** Mounts of the function's source, and of files that Deno needs. */
  readonly mounts: readonly Mount[];
  /** Host path of the module cache, which the check fills. */
  readonly cacheDirectory: string;
  /** Host directory with the fetcher's socket. */
  readonly fetchDirectory: string;
  readonly directory: string;
  readonly bounds: CheckBounds;
  /** Runs at low CPU priority, where no control group does. */
  readonly isNice?: boolean | undefined;
  /** The host's native compiler; Deno's own when left out. */
  readonly compiler?: NativeCompiler | undefined;
  /** CPU time of the joined control group, see {@linkcode CheckPlace}. */
  readonly cpuTimeMs?: CheckPlace["cpuTimeMs"];
}

/**
 * Returns a sandbox as strict as that of a function, with only a loopback network: the check
 * fetches over one Unix socket from the fetcher, which allows only some hosts.
 */
export function sandboxedPlace(options: SandboxedPlaceOptions): CheckPlace {
  const { mounts, cacheDirectory, fetchDirectory, directory, bounds, isNice, cpuTimeMs, ...more } =
    options;
  const { compiler, ...chain } = more;
  const shown = compilerInSandbox(compiler);
  return {
    deno: SANDBOX_DENO,
    cache: { host: cacheDirectory, inside: SANDBOX_CACHE },
    types: SANDBOX_TYPES,
    env: {
      ...baseEnvironment(),
      ...proxyEnvironment(`${FETCH_DIRECTORY}/${FETCH_SOCKET}`),
      ...shown.env,
    },
    around: (command) =>
      sandboxCommand({
        ...chain,
        network: "loopback",
        devices: "none",
        limits: limitsOf(bounds),
        prefix: isNice ? NICE : [],
        mounts: [
          ...mounts,
          ...shown.mounts,
          { source: EDGE_RUNTIME_TYPES, target: SANDBOX_TYPES },
          { source: cacheDirectory, target: SANDBOX_CACHE, isWritable: true },
          { source: fetchDirectory, target: FETCH_DIRECTORY },
        ],
        workingDirectory: directory,
        command,
      }),
    cpuTimeMs,
  };
}

/**
 * Returns a sandbox for a check of several functions: it has no network but loopback, no fetcher, and
 * a module cache in memory that ends with each command.
 */
export function jointPlace(
  options: Omit<SandboxedPlaceOptions, "cacheDirectory" | "fetchDirectory" | "stage">,
): CheckPlace {
  const { mounts, directory, bounds, isNice, cpuTimeMs, compiler, ...chain } = options;
  const shown = compilerInSandbox(compiler);
  return {
    deno: SANDBOX_DENO,
    cache: { host: SANDBOX_CACHE, inside: SANDBOX_CACHE },
    env: { ...baseEnvironment(), ...shown.env },
    around: (command) =>
      sandboxCommand({
        ...chain,
        network: "loopback",
        devices: "none",
        limits: limitsOf(bounds),
        prefix: isNice ? NICE : [],
        scratch: [SANDBOX_CACHE],
        mounts: [...mounts, ...shown.mounts],
        workingDirectory: directory,
        command,
      }),
    cpuTimeMs,
  };
}

/**
 * Returns an environment with the caller's rights and network, for the isolation level without a
 * sandbox. It has no variables of the caller, because the folder's `.npmrc` may refer to variables
 * and name a registry; Deno expands the function's own. CPU time is limited as in a sandbox, except
 * on Windows, which has no setrlimit(2).
 */
export function directPlace(
  { directory, cacheDirectory, bounds, isNice, variables = {}, compiler, deno = Deno.execPath() }: {
    readonly directory: string;
    /** Variables to which the folder's `.npmrc` refers. */
    readonly variables?: Readonly<Record<string, string>>;
    readonly bounds: CheckBounds;
    readonly isNice?: boolean | undefined;
    /** Module cache; the caller's own when left out. */
    readonly cacheDirectory?: string | undefined;
    /** The host's native compiler; Deno's own when left out. */
    readonly compiler?: NativeCompiler | undefined;
    /** Path of Deno; the one that runs this process when left out. */
    readonly deno?: string | undefined;
  },
): CheckPlace {
  const cache = cacheDirectory ?? denoDirectory(Deno.env.toObject());
  return {
    deno,
    cache: { host: cache, inside: cache },
    types: EDGE_RUNTIME_TYPES,
    // No home directory: its files belong to the caller.
    env: {
      ...variables,
      ...baseEnvironment({ cache, temporary: "/nonexistent" }),
      ...compilerEnvironment(compiler),
    },
    cwd: directory,
    around: (command) => ({
      command: Deno.build.os === "windows"
        ? command
        : launchShell({ limits: { cpuSeconds: limitsOf(bounds).cpuSeconds! } }, [
          ...isNice ? NICE : [],
          ...command,
        ]),
    }),
  };
}
