import { baseEnvironment, denoDirectory } from "../sandbox/deno_command.ts";
import { SANDBOX_CACHE, SANDBOX_DENO } from "../sandbox/function_mounts.ts";
import {
  type Launch,
  type Mount,
  sandboxCommand,
  type SandboxOptions,
} from "../sandbox/sandbox.ts";
import type { ProcessLimits } from "../sandbox/launch_shell.ts";
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
}

/** Bounds of each process of a check, also where there are no control groups. */
const LIMITS: ProcessLimits = {
  cpuSeconds: 120,
  dataBytes: 4 * 1024 ** 3,
  fileBytes: 512 * 1024 ** 2,
  files: 4_096,
};

/** Why a process of a check was killed that was not out of its group's memory. */
export const KILLED =
  `The check was killed: it may take ${LIMITS.cpuSeconds} s of processor time and ` +
  "4GiB of memory. Import less";

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
}

/**
 * A sandbox as strict as a function's own, with no network but the loopback: what has to be fetched
 * comes over one Unix socket from the fetcher, which knows the hosts that are allowed.
 */
export function sandboxedPlace(options: SandboxedPlaceOptions): CheckPlace {
  const { mounts, cacheDirectory, fetchDirectory, directory, ...chain } = options;
  return {
    deno: SANDBOX_DENO,
    env: { ...baseEnvironment(), ...proxyEnvironment(`${FETCH_DIRECTORY}/${FETCH_SOCKET}`) },
    around: (command) =>
      sandboxCommand({
        ...chain,
        network: "loopback",
        devices: "none",
        limits: LIMITS,
        mounts: [
          ...mounts,
          { source: cacheDirectory, target: SANDBOX_CACHE, isWritable: true },
          { source: fetchDirectory, target: FETCH_DIRECTORY },
        ],
        workingDirectory: directory,
        command,
      }),
  };
}

/**
 * The caller's own rights and network, for the level of isolation that has no sandbox. Nothing of
 * the caller's environment is there, because the folder's `.npmrc` may name variables and a
 * registry.
 */
export function directPlace(
  { directory, cacheDirectory }: {
    readonly directory: string;
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
    around: (command) => ({ command }),
  };
}
