import { lstat, mkdir, readlink } from "node:fs/promises";
import type { Stats } from "node:fs";
import { type HeldPath, holdPath } from "./held_path.ts";

/** A path that another user's link leads along to what is not theirs. */
export class UntrustedPathError extends Error {
  override readonly name = "UntrustedPathError";
}

/** How {@linkcode holdTrustedPath} goes. */
export interface TrustedPathOptions {
  /** Makes directories that are missing, with this mode. */
  readonly makeMode?: number;
}

/** As many as the kernel follows, see path_resolution(7). */
const MAX_LINKS = 40;

/**
 * Takes hold of what an absolute path leads to, links followed by one rule: what lies behind a link
 * that another user could have put there must belong to that user. So a user who may write to a
 * directory on the way can lead this process, which may be root, to nothing but their own. Each step
 * is taken from the directory that is held, and links below `/proc` are read as text. The rule is
 * that of CHASE_SAFE in systemd-tmpfiles, for links alone.
 *
 * @throws {UntrustedPathError} when it leads along such a link to what belongs to somebody else
 * @throws {Error} of `node:fs`, with its `code`
 */
export async function holdTrustedPath(
  path: string,
  { makeMode }: TrustedPathOptions = {},
): Promise<HeldPath> {
  // There is only the caller's own code, and no path to reach what is held by.
  if (Deno.build.os !== "linux") {
    if (makeMode !== undefined) await mkdir(path, { recursive: true, mode: makeMode });
    return await holdPath(path, { isFollowing: true });
  }
  using steps = new DisposableStack();
  const reached = await walk(path, { makeMode, keep: (step) => steps.use(step) });
  // The last step is held once more, for the others end here.
  return await holdPath(reached.path, { isFollowing: true });
}

interface Walk {
  readonly makeMode: number | undefined;
  readonly keep: (step: HeldPath) => HeldPath;
}

async function walk(path: string, { makeMode, keep }: Walk): Promise<HeldPath> {
  const root = keep(await holdPath("/", { isFollowing: false }));
  const owners = new Set<number>();
  const waiting = namesOf(path);
  let held = root;
  for (let links = 0; waiting.length > 0;) {
    const at = `${held.path}/${waiting.pop()}`;
    const next = keep(await holdNext(at, makeMode));
    const look = await next.stat();
    if (!look.isSymbolicLink()) {
      held = next;
      continue;
    }
    if (++links > MAX_LINKS) throw Object.assign(new Error(`Too many links: "${path}"`), LOOP);
    const target = await readSameLink(at, look);
    const owner = ownerOfLink(await held.stat(), look);
    if (owner !== undefined) owners.add(owner);
    waiting.push(...namesOf(target));
    if (target.startsWith("/")) held = root;
  }
  const { uid } = await held.stat();
  const other = [...owners].find((owner) => owner !== uid);
  if (other === undefined) return held;
  throw new UntrustedPathError(
    `"${path}" is reached by a link that user ${other} may change, and leads to what belongs to ` +
      `user ${uid}. Name the real directory, or chown it to user ${other}`,
  );
}

const LOOP = { code: "ELOOP" };

/** The last one first. */
function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".").reverse();
}

async function holdNext(at: string, makeMode: number | undefined): Promise<HeldPath> {
  try {
    return await holdPath(at, { isFollowing: false });
  } catch (error) {
    if (makeMode === undefined || (error as { readonly code?: string }).code !== "ENOENT") {
      throw error;
    }
    await mkdir(at, { mode: makeMode }).catch(ignoreThere);
    return await holdPath(at, { isFollowing: false });
  }
}

function ignoreThere(error: { readonly code?: string }): void {
  if (error.code !== "EEXIST") throw error;
}

/** A link's text, if it is still that link: a held link itself can't be read by its descriptor. */
async function readSameLink(at: string, before: Stats): Promise<string> {
  const target = await readlink(at);
  const after = await lstat(at);
  const isSame = after.dev === before.dev && after.ino === before.ino &&
    after.ctimeMs === before.ctimeMs;
  if (isSame) return target;
  throw new UntrustedPathError("A link changed while it was followed. Try again");
}

/**
 * Whose link it is: its directory's owner may exchange it, and where more than that one may write,
 * whoever made it. `undefined` when that is root or this process's own user.
 */
function ownerOfLink(directory: Stats, link: Stats): number | undefined {
  if (!isOwn(directory.uid)) return directory.uid;
  return isOpenToOthers(directory) && !isOwn(link.uid) ? link.uid : undefined;
}

/** Whether somebody beside root and this process's own user may change names in a directory. */
export function isOpenToOthers({ uid, mode }: Pick<Stats, "uid" | "mode">): boolean {
  return !isOwn(uid) || (mode & 0o022) !== 0;
}

function isOwn(uid: number): boolean {
  return uid === 0 || uid === Deno.uid();
}
