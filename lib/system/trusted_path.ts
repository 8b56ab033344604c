import { mkdir } from "node:fs/promises";
import type { Stats } from "node:fs";
import { resolve } from "node:path";
import { type HeldPath, holdPath } from "./held_path.ts";

/** A path follows a link of another user to a file that does not belong to that user. */
export class UntrustedPathError extends Error {
  override readonly name = "UntrustedPathError";
}

/** Options of {@linkcode holdTrustedPath}. */
export interface TrustedPathOptions {
  /** Open directory to which a relative path is relative; `/` by default. */
  readonly directory?: HeldPath;
  /** Creates missing directories with this mode. */
  readonly makeMode?: number;
}

/** Maximum number of links on one path, as in the kernel, see path_resolution(7). */
const MAX_LINKS = 40;

/** Maximum number of path components, including those of links; more than PATH_MAX allows. */
const MAX_STEPS = 1_000;

/**
 * Opens the file or directory at a path and follows links by one rule: if another user has made a
 * link, or could have moved it there, its target must belong to that user. So a user who can write
 * to a directory on the path can lead this process, which may be root, only to their own files. Each
 * step starts at an open directory, and each link is read by its descriptor, so nothing can be
 * exchanged meanwhile; links below `/proc` are read as text.
 *
 * This is the rule of SymLinksIfOwnerMatch in Apache and of CHASE_SAFE in systemd-tmpfiles, for
 * links alone. It applies to the owner of the link and to the owner of its directory, and requires
 * that both the link's target and the target of the whole path belong to them.
 *
 * @throws {UntrustedPathError} if such a link leads to a file of another user
 * @throws {Deno.errors.NotFound} if it does not exist
 * @throws {TypeError} if it is neither a file nor a directory
 * @throws {Error} with the `code` of `node:fs`, if it can't be opened
 */
export async function holdTrustedPath(
  path: string,
  { directory, makeMode }: TrustedPathOptions = {},
): Promise<HeldPath> {
  const name = resolve(directory?.name ?? "/", path);
  using stack = new DisposableStack();
  const held = stack.use(
    Deno.build.os === "linux"
      ? await holdWalked(path, directory, { name, makeMode })
      : await holdNamed(name, makeMode),
  );
  const look = await held.stat();
  if (!look.isFile() && !look.isDirectory()) {
    throw new TypeError(`"${name}" is neither a file nor a directory`);
  }
  stack.move();
  return { ...held, name };
}

/** Returns true if users other than root and this process's user can rename files in a directory. */
export function isOpenToOthers({ uid, mode }: Pick<Stats, "uid" | "mode">): boolean {
  return !isOwn(uid) || (mode & 0o022) !== 0;
}

/** Fallback for other systems, which run only trusted code and have no `/proc`. */
async function holdNamed(path: string, makeMode: number | undefined): Promise<HeldPath> {
  if (makeMode !== undefined) await mkdir(path, { recursive: true, mode: makeMode });
  return await holdPath(path, { isFollowing: true });
}

interface WayOptions {
  /** The whole path, for messages. */
  readonly name: string;
  readonly makeMode: number | undefined;
}

interface Way extends WayOptions {
  /** Links that users other than root and this process's user could have put there. */
  readonly foreign: ForeignLink[];
  /** Number of links followed and entries opened so far. */
  links: number;
  steps: number;
}

interface ForeignLink {
  readonly name: string;
  readonly target: string;
  readonly owners: readonly number[];
}

async function holdWalked(
  path: string,
  directory: HeldPath | undefined,
  options: WayOptions,
): Promise<HeldPath> {
  const way: Way = { ...options, foreign: [], links: 0, steps: 0 };
  using stack = new DisposableStack();
  const held = stack.use(await walk(path, directory, way));
  // Later parts of the path may belong to yet another user.
  for (const link of way.foreign) await requireOwn(link, held, way);
  stack.move();
  return held;
}

async function walk(path: string, from: HeldPath | undefined, way: Way): Promise<HeldPath> {
  const isAbsolute = from === undefined || path.startsWith("/");
  let here = await holdNext(isAbsolute ? "/" : `${from.path}/.`, way);
  for (const name of path.split("/").filter((part) => part !== "" && part !== ".")) {
    using directory = here;
    here = await step(directory, name, way);
  }
  return here;
}

/** Opens an entry of a directory; follows it if it is a link. */
async function step(directory: HeldPath, name: string, way: Way): Promise<HeldPath> {
  if (++way.steps > MAX_STEPS) throw tooManyLinks(way);
  using stack = new DisposableStack();
  const entry = stack.use(await holdNext(`${directory.path}/${name}`, way));
  const look = await entry.stat();
  if (!look.isSymbolicLink()) {
    stack.move();
    return entry;
  }
  if (++way.links > MAX_LINKS) throw tooManyLinks(way);
  const target = await entry.readLink();
  const owners = [look.uid, (await directory.stat()).uid].filter((uid) => !isOwn(uid));
  using found = new DisposableStack();
  const held = found.use(await walk(target, directory, way));
  if (owners.length > 0) {
    const link = { name, target, owners };
    await requireOwn(link, held, way);
    way.foreign.push(link);
  }
  found.move();
  return held;
}

async function requireOwn(
  { name, target, owners }: ForeignLink,
  held: HeldPath,
  way: Way,
): Promise<void> {
  const { uid } = await held.stat();
  const owner = owners.find((one) => one !== uid);
  if (owner === undefined) return;
  throw new UntrustedPathError(
    `"${way.name}" leads through the link "${name}" (to "${target}"), which user ${owner} can ` +
      `change, but the target belongs to user ${uid}. Create the link as root in a directory of ` +
      `root, or chown the target to user ${owner}`,
  );
}

async function holdNext(path: string, way: Way): Promise<HeldPath> {
  try {
    return await holdOrMake(path, way.makeMode);
  } catch (error) {
    throw explain(error as NodeError, way);
  }
}

async function holdOrMake(path: string, makeMode: number | undefined): Promise<HeldPath> {
  try {
    return await holdPath(path, { isFollowing: false });
  } catch (error) {
    if (makeMode === undefined || (error as NodeError).code !== "ENOENT") throw error;
    await mkdir(path, { mode: makeMode }).catch(ignoreThere);
    return await holdPath(path, { isFollowing: false });
  }
}

interface NodeError extends Error {
  readonly code?: string;
}

function ignoreThere(error: NodeError): void {
  if (error.code !== "EEXIST") throw error;
}

/** Returns the error with the user's path instead of the descriptor's. */
function explain(cause: NodeError, { name }: Way): Error {
  const { code = cause.message } = cause;
  const error = code === "ENOENT" || code === "ENOTDIR"
    ? new Deno.errors.NotFound(`"${name}" does not exist`, { cause })
    : new Error(`Cannot open "${name}": ${code}`, { cause });
  return Object.assign(error, { code });
}

function tooManyLinks({ name }: Way): Error {
  return Object.assign(new Error(`"${name}" has too many levels of links`), { code: "ELOOP" });
}

function isOwn(uid: number): boolean {
  return uid === 0 || uid === Deno.uid();
}
