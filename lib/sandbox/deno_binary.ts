import { dirname } from "node:path";
import type { Stats } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { type Run, run as runProgram } from "../system/run.ts";
import { compareVersions } from "./deno_versions.ts";

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
  await requireTrusted(real);
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

async function requireTrusted(path: string): Promise<void> {
  const look = await lstat(path);
  if (!look.isFile()) throw new Error(`"${path}" is not a file`);
  const problem = changeableBy(look);
  if (problem !== undefined) {
    throw new Error(`"${path}" ${problem}. Make root its owner (chown root, chmod 755)`);
  }
  for (let place = dirname(path);; place = dirname(place)) {
    const directory = await lstat(place);
    // In a sticky directory such as /tmp, only its owner can replace a file (inode(7)).
    const isSticky = (directory.mode & 0o1000) !== 0 && isOwn(directory.uid);
    const problem = isSticky ? undefined : changeableBy(directory);
    if (problem !== undefined) {
      throw new Error(`"${place}", which contains "${path}", ${problem}. Install Deno elsewhere`);
    }
    if (place === dirname(place)) return;
  }
}

function changeableBy({ uid, mode }: Stats): string | undefined {
  if (Deno.build.os === "windows") return undefined;
  if (!isOwn(uid)) return `belongs to user ${uid}`;
  return (mode & 0o022) === 0 ? undefined : "can be changed by other users";
}

function isOwn(uid: number): boolean {
  return uid === 0 || uid === Deno.uid();
}

function firstLine(text: string): string {
  return text.split("\n")[0]!.slice(0, 80);
}
