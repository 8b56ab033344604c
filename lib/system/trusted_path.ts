import { mkdir } from "node:fs/promises";
import type { Stats } from "node:fs";
import { resolve } from "node:path";
import { type HeldPath, holdPath } from "./held_path.ts";

/** A path that another user's link leads along to what is not theirs. */
export class UntrustedPathError extends Error {
  override readonly name = "UntrustedPathError";
}

/** Options of {@linkcode holdTrustedPath}. */
export interface TrustedPathOptions {
  /** A directory that is held, from which a relative path counts; `/` when left out. */
  readonly directory?: HeldPath;
  /** Makes directories that are missing, with this mode. */
  readonly makeMode?: number;
}

/** As many as the kernel follows on one path, see path_resolution(7). */
const MAX_LINKS = 40;

/** More steps than any path of the kernel's own length has, over all links together. */
const MAX_STEPS = 1_000;

/**
 * Takes hold of the file or directory that a path leads to, links followed by one rule: what lies
 * behind a link that another user has made, or may have put there, must belong to that user. So a
 * user who may write to a directory on the way can lead this process, which may be root, to nothing
 * but their own. Each step is taken from the directory that is held, and each link is read by its
 * descriptor, so that nothing can take its place meanwhile; links below `/proc` are read as text.
 *
 * It is the rule of SymLinksIfOwnerMatch in Apache and of CHASE_SAFE in systemd-tmpfiles, for links
 * alone. The owner of the link counts, and the owner of its directory, who may move a link of
 * root's there. What belongs to them must be what the link leads to, and what the whole path leads
 * to.
 *
 * @throws {UntrustedPathError} when such a link leads to what belongs to somebody else
 * @throws {Deno.errors.NotFound} when nothing is there
 * @throws {TypeError} when it leads to neither a file nor a directory
 * @throws {Error} with the `code` that `node:fs` gives, when it can't be opened
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

/** Whether somebody beside root and this process's own user may change names in a directory. */
export function isOpenToOthers({ uid, mode }: Pick<Stats, "uid" | "mode">): boolean {
  return !isOwn(uid) || (mode & 0o022) !== 0;
}

/** On other systems there is only the caller's own code, and no path to what is held. */
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
  /** Links that somebody else than root and this process's own user may have put there. */
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
  // What lies further along may be another one's again.
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

/** Opens an entry of a directory; where it is a link, what that leads to. */
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
    `"${way.name}" leads through the link "${name}" (to "${target}"), which user ${owner} may ` +
      `change, to what belongs to user ${uid}. Let root make the link in a directory of root's, or ` +
      `chown to user ${owner} what it leads to`,
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

/** The error, with the path that people know in place of the descriptor's. */
function explain(cause: NodeError, { name }: Way): Error {
  const { code = cause.message } = cause;
  const error = code === "ENOENT" || code === "ENOTDIR"
    ? new Deno.errors.NotFound(`"${name}" is not there`, { cause })
    : new Error(`Cannot open "${name}": ${code}`, { cause });
  return Object.assign(error, { code });
}

function tooManyLinks({ name }: Way): Error {
  return Object.assign(new Error(`"${name}" leads through too many links`), { code: "ELOOP" });
}

function isOwn(uid: number): boolean {
  return uid === 0 || uid === Deno.uid();
}
