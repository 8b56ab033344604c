import { baseEnvironment, denoDirectory } from "../sandbox/deno_command.ts";
import { hostVariables } from "../system/host_places.ts";
import { launchShell } from "../sandbox/launch_shell.ts";
import { compilerEnvironment, type NativeCompiler } from "../sandbox/native_compiler.ts";
import type { CheckBounds } from "./check_bounds.ts";
import { type CheckPlace, limitsOf, NICE } from "./check_place.ts";
import { EDGE_RUNTIME_TYPES } from "./edge_runtime.ts";

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
      ...Deno.build.os === "windows" ? hostVariables("windows", Deno.env.toObject()) : {},
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
