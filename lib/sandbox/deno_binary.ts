import { lstat, realpath } from "node:fs/promises";
import { type Run, run as runProgram } from "../system/run.ts";
import { compareVersions } from "./deno_versions.ts";
import { requireTrustedProgram } from "./trusted_program.ts";

/** A Deno that checks and runs functions. */
export interface DenoBinary {
  /** Real path. */
  readonly path: string;
  /** Version as it reports it, such as `2.9.6`. */
  readonly version: string;
}

/** Earlier versions do not fetch modules through a Unix socket, as checks do. */
export const OLDEST_DENO = "2.5.0";

/** Time for `deno --version`, also on a busy machine. */
const VERSION_TIMEOUT_MS = 60_000;

/** Returns the Deno that runs this process. */
export function ownDeno(): DenoBinary {
  return { path: Deno.execPath(), version: Deno.version.deno };
}

/**
 * Checks that only root and this process's user can change a Deno, and asks for its version.
 *
 * @throws {Error} if another user can change it, or if it is no Deno that ddsrv can use
 */
export async function inspectDeno(
  path: string,
  { run = runProgram }: { readonly run?: Run } = {},
): Promise<DenoBinary> {
  const real = await realpath(path);
  await requireTrustedProgram(real);
  const said = await run([real, "--version"], { timeoutMs: VERSION_TIMEOUT_MS });
  const version = /^deno (\d+\.\d+\.\d+)(?=\s|$)/.exec(said)?.[1];
  if (version === undefined) {
    throw new Error(`"${path}" is not Deno: its --version says ${JSON.stringify(firstLine(said))}`);
  }
  if (compareVersions(version, OLDEST_DENO) < 0) {
    throw new Error(`"${path}" is Deno ${version}. Functions need ${OLDEST_DENO} or later`);
  }
  return { path: real, version };
}

/** Identifies the content of a file, as long as nobody sets its times back. */
export async function stampOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeMs, ctimeMs } = await lstat(await realpath(path));
  return [dev, ino, size, mtimeMs, ctimeMs].join(":");
}

function firstLine(text: string): string {
  return text.split("\n")[0]!.slice(0, 80);
}
