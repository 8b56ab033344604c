import { join } from "node:path";
import { EDGE_RUNTIME_TYPES, missesEdgeRuntime } from "../check/edge_runtime.ts";
import { withLockHint } from "../check/lock_hint.ts";
import { referredVariables } from "../check/npmrc.ts";
import { readContainedTextFile } from "../function/contained_file.ts";
import { NPMRC_FILE } from "../function/layout.ts";
import { baseEnvironment, checkCommand } from "../sandbox/deno_command.ts";
import { visibleVariables } from "../sandbox/permission_flags.ts";
import { hostVariables, modulePlace } from "../system/host_places.ts";
import type { PreparedFunction } from "./prepare_function.ts";

/** Options of {@linkcode checkTypes}. */
export interface CheckTypesOptions {
  readonly isColoured: boolean;
  readonly signal: AbortSignal;
}

/**
 * Type-checks a function with `deno check`, and returns Deno's diagnostics; `undefined` if it finds
 * no error, or if the signal aborts.
 */
export async function checkTypes(
  prepared: PreparedFunction,
  { isColoured, signal }: CheckTypesOptions,
): Promise<string | undefined> {
  if (signal.aborted) return undefined;
  const { directory, moduleOptions } = prepared;
  const { ownLock, entry } = moduleOptions;
  const [program = "", ...args] = checkCommand(
    { ...moduleOptions, lock: undefined },
    moduleOptions.deno?.path ?? Deno.execPath(),
  );
  const { NO_COLOR: _, ...env } = await environmentOf(prepared);
  const check = async (more: readonly string[] = []): Promise<string | undefined> => {
    const { success, stderr } = await new Deno.Command(program, {
      args: [...args, ...more],
      cwd: directory,
      env: { ...env, [isColoured ? "FORCE_COLOR" : "NO_COLOR"]: "1" },
      clearEnv: true,
      signal,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success || signal.aborted) return undefined;
    return new TextDecoder().decode(stderr).trim();
  };
  const errors = await check();
  const isOwn = errors !== undefined && missesEdgeRuntime(errors);
  const left = isOwn ? await check([EDGE_RUNTIME_TYPES]) : errors;
  return left === undefined ? undefined : withLockHint(left, { ownLock, entry });
}

/**
 * Returns the environment of the check. It has no variables of the user, because the folder's `.npmrc`
 * may refer to variables and name a registry; Deno expands the function's own.
 */
async function environmentOf(
  { directory, policy }: Pick<PreparedFunction, "directory" | "policy">,
): Promise<Record<string, string>> {
  const own = Deno.env.toObject();
  const { os } = Deno.build;
  const npmrc = await readContainedTextFile(directory, join(directory, NPMRC_FILE))
    .catch(() => undefined);
  return {
    ...referredVariables(npmrc ?? "", visibleVariables(policy.env, policy.permissions.env)),
    ...baseEnvironment({ cache: modulePlace(os, own), temporary: "/nonexistent" }),
    ...hostVariables(os, own),
  };
}
