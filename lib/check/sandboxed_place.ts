import { baseEnvironment } from "../sandbox/deno_command.ts";
import { SANDBOX_CACHE, SANDBOX_DENO } from "../sandbox/sandbox_paths.ts";
import { type Mount, sandboxCommand, type SandboxOptions } from "../sandbox/sandbox.ts";
import { compilerInSandbox, type NativeCompiler } from "../sandbox/native_compiler.ts";
import type { CheckBounds } from "./check_bounds.ts";
import { type CheckPlace, limitsOf, NICE } from "./check_place.ts";
import { EDGE_RUNTIME_TYPES } from "./edge_runtime.ts";
import { FETCH_SOCKET } from "./fetcher.ts";
import { proxyEnvironment } from "./npm_registry.ts";

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
    around: inSandbox({ directory, bounds, isNice }, {
      ...chain,
      mounts: [
        ...mounts,
        ...shown.mounts,
        { source: EDGE_RUNTIME_TYPES, target: SANDBOX_TYPES },
        { source: cacheDirectory, target: SANDBOX_CACHE, isWritable: true },
        { source: fetchDirectory, target: FETCH_DIRECTORY },
      ],
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
    around: inSandbox({ directory, bounds, isNice }, {
      ...chain,
      scratch: [SANDBOX_CACHE],
      mounts: [...mounts, ...shown.mounts],
    }),
    cpuTimeMs,
  };
}

/** Runs commands in a sandbox that has what all checks have in common: limits, no devices, and only a loopback network. */
function inSandbox(
  { directory, bounds, isNice }: Pick<SandboxedPlaceOptions, "directory" | "bounds" | "isNice">,
  own: Omit<
    SandboxOptions,
    "network" | "devices" | "limits" | "prefix" | "workingDirectory" | "command"
  >,
): CheckPlace["around"] {
  return (command) =>
    sandboxCommand({
      ...own,
      network: "loopback",
      devices: "none",
      limits: limitsOf(bounds),
      prefix: isNice ? NICE : [],
      workingDirectory: directory,
      command,
    });
}
