import { baseEnvironment, denoDirectory } from "../sandbox/deno_command.ts";
import { SANDBOX_CACHE, SANDBOX_DENO } from "../sandbox/function_mounts.ts";
import {
  type Launch,
  type Mount,
  sandboxCommand,
  type SandboxOptions,
} from "../sandbox/sandbox.ts";
import { launchShell, type ProcessLimits } from "../sandbox/launch_shell.ts";
import { type CheckBounds, MAX_DATA_BYTES, MAX_FILE_BYTES } from "./check_bounds.ts";
import { FETCH_SOCKET } from "./fetcher.ts";
import { proxyEnvironment } from "./npm_registry.ts";

/** The place in which a check's commands run. */
export interface CheckPlace {
  /** Deno's path there. */
  readonly deno: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Working directory; the caller's own when left out. */
  readonly cwd?: string;
  /** Puts what is needed around a command. */
  readonly around: (command: readonly string[]) => Pick<Launch, "command"> & Partial<Launch>;
  /** Processor time of all that has run there, in milliseconds, where something counts it. */
  readonly cpuTimeMs?: (() => Promise<number | undefined>) | undefined;
}

/** Bounds of each process of a check, also where there are no control groups. */
function limitsOf({ cpuTimeMs }: CheckBounds): ProcessLimits {
  return {
    cpuSeconds: Math.ceil(cpuTimeMs / 1_000),
    dataBytes: MAX_DATA_BYTES,
    fileBytes: MAX_FILE_BYTES,
    files: 4_096,
  };
}

/** On the kernel's scale a third of what others get of a contended processor (sched(7), nice(1)). */
const NICE: readonly string[] = ["nice", "-n", "5"];

/** Path inside the sandbox of the socket through which a check fetches. */
const FETCH_DIRECTORY = "/ddsrv/fetch";

/** The files and resources that a sandboxed check can see and use. */
export interface SandboxedPlaceOptions
  extends Pick<SandboxOptions, "joinFiles" | "landlock" | "systemCallFilter" | "uid"> {
  /** The function's source, and what Deno needs. */
  readonly mounts: readonly Mount[];
  /** Module cache of the host, which the check fills. */
  readonly cacheDirectory: string;
  /** Directory of the host with the fetcher's socket. */
  readonly fetchDirectory: string;
  /** The function's directory. */
  readonly directory: string;
  readonly bounds: CheckBounds;
  /** Functions go first, where no control group says so. */
  readonly isNice?: boolean | undefined;
  /** Processor time of the control group that is joined, see {@linkcode CheckPlace}. */
  readonly cpuTimeMs?: CheckPlace["cpuTimeMs"];
}

/**
 * A sandbox as strict as a function's own, with no network but the loopback: what has to be fetched
 * comes over one Unix socket from the fetcher, which knows the hosts that are allowed.
 */
export function sandboxedPlace(options: SandboxedPlaceOptions): CheckPlace {
  const { mounts, cacheDirectory, fetchDirectory, directory, bounds, isNice, cpuTimeMs, ...chain } =
    options;
  return {
    deno: SANDBOX_DENO,
    env: { ...baseEnvironment(), ...proxyEnvironment(`${FETCH_DIRECTORY}/${FETCH_SOCKET}`) },
    around: (command) =>
      sandboxCommand({
        ...chain,
        network: "loopback",
        devices: "none",
        limits: limitsOf(bounds),
        prefix: isNice ? NICE : [],
        mounts: [
          ...mounts,
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
 * The caller's own rights and network, for the level of isolation that has no sandbox. Nothing of
 * the caller's environment is there, because the folder's `.npmrc` may name variables and a
 * registry. Processor time is bounded as in a sandbox, but on Windows, which has no setrlimit(2).
 */
export function directPlace(
  { directory, cacheDirectory, bounds, isNice }: {
    readonly directory: string;
    readonly bounds: CheckBounds;
    readonly isNice?: boolean | undefined;
    /** The caller's own module cache when left out. */
    readonly cacheDirectory?: string | undefined;
  },
): CheckPlace {
  const cache = cacheDirectory ?? denoDirectory(Deno.env.toObject());
  return {
    deno: Deno.execPath(),
    // No home: what lies there is the caller's.
    env: baseEnvironment({ cache, temporary: "/nonexistent" }),
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
