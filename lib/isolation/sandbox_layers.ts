import { SANDBOX_PATHS } from "../sandbox/function_mounts.ts";
import { type Mount, sandboxCommand, type SandboxOptions } from "../sandbox/sandbox.ts";
import { needsPrograms } from "../sandbox/system_files.ts";
import { watchDisk } from "./disk_watch.ts";
import type { LaunchOptions } from "./launch_function.ts";
import { sandboxMounts } from "./sandbox_mounts.ts";

/** Options of a sandbox that the isolation level decides. */
export interface SandboxLayersOptions extends
  Pick<
    SandboxOptions,
    "network" | "joinFiles" | "systemCallFilter" | "landlock" | "links" | "scratch"
  > {
  readonly functionsDirectory: string;
  /** Mounts in `/etc`. */
  readonly etc: readonly Mount[];
}

/**
 * Returns a function that opens the mounts of a sandbox and starts to watch the function's data;
 * `owned` closes both. It throws when the data already exceeds its limits.
 */
export function sandboxLayers(
  owned: AsyncDisposableStack,
  options: SandboxLayersOptions,
): LaunchOptions["openLayers"] {
  return async (home, { start, ...launch }) => {
    const mounted = owned.use(await sandboxMounts({ ...options, ...start, ...launch, home }));
    const { around } = owned.use(await watchDisk(home));
    return {
      paths: SANDBOX_PATHS,
      around,
      release: () => mounted[Symbol.asyncDispose](),
      wrap: (command) =>
        sandboxCommand({
          ...options,
          prefix: home.prefix,
          uid: home.uid,
          mounts: mounted.mounts,
          programs: needsPrograms(start.policy.permissions),
          links: [...mounted.links, ...options.links ?? []],
          workingDirectory: start.directory,
          command,
        }),
    };
  };
}
