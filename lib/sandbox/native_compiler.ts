import { realpath } from "node:fs/promises";
import type { Mount } from "./sandbox.ts";
import { requireTrustedProgram } from "./trusted_program.ts";

/** The native TypeScript compiler of this host, which `deno check` uses instead of its own copy. */
export interface NativeCompiler {
  /** Real path. */
  readonly path: string;
}

/** Variable that names the compiler for Deno (`deno check --help`). */
const VARIABLE = "DENO_TSC_BIN";

/** Path of the compiler inside the sandbox of a check. */
const SANDBOX_COMPILER = "/ddsrv/tsc";

/**
 * Returns the compiler that the operator names, so that no function needs a copy of it in its module
 * cache; `undefined` if the operator names none.
 *
 * @throws {Error} if another user can change it, or if it is no program that others may run
 */
export async function findNativeCompiler(
  named: string | undefined = Deno.env.get(VARIABLE),
): Promise<NativeCompiler | undefined> {
  if (named === undefined || named === "") return undefined;
  try {
    const path = await realpath(named);
    await requireTrustedProgram(path);
    const { mode } = await Deno.lstat(path);
    const isForAll = mode === null || (mode & 0o005) === 0o005;
    if (isForAll || Deno.build.os === "windows") return { path };
    throw new Error(`"${path}" is not executable for all users. Change its mode (chmod 755)`);
  } catch (cause) {
    throw new Error(`Cannot use the compiler of ${VARIABLE}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Returns the mount and the variable by which a check uses the compiler; none without one. */
export function compilerInSandbox(compiler: NativeCompiler | undefined): {
  readonly mounts: readonly Mount[];
  readonly env: Readonly<Record<string, string>>;
} {
  if (compiler === undefined) return { mounts: [], env: {} };
  return {
    mounts: [{ source: compiler.path, target: SANDBOX_COMPILER, isProgram: true }],
    env: { [VARIABLE]: SANDBOX_COMPILER },
  };
}

/** Returns the variable by which a check without a sandbox uses the compiler. */
export function compilerEnvironment(
  compiler: NativeCompiler | undefined,
): Readonly<Record<string, string>> {
  return compiler === undefined ? {} : { [VARIABLE]: compiler.path };
}
