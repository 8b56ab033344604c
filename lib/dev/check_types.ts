import { EDGE_RUNTIME_TYPES, missesEdgeRuntime } from "../check/edge_runtime.ts";
import { withLockHint } from "../check/lock_hint.ts";
import { checkCommand } from "../sandbox/deno_command.ts";
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
  { directory, moduleOptions }: PreparedFunction,
  { isColoured, signal }: CheckTypesOptions,
): Promise<string | undefined> {
  if (signal.aborted) return undefined;
  const { ownLock, entry } = moduleOptions;
  const [program = "", ...args] = checkCommand(
    { ...moduleOptions, lock: undefined },
    moduleOptions.deno?.path ?? Deno.execPath(),
  );
  const check = async (more: readonly string[] = []): Promise<string | undefined> => {
    const { success, stderr } = await new Deno.Command(program, {
      args: [...args, ...more],
      cwd: directory,
      env: { DENO_NO_UPDATE_CHECK: "1", [isColoured ? "FORCE_COLOR" : "NO_COLOR"]: "1" },
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
