import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { readFully } from "../function/contained_file.ts";
import { type HeldPath, holdPath } from "../system/held_path.ts";

/** A module cache, by its path on the host and by its path in the check's environment. */
export interface CachePlace {
  readonly host: string;
  readonly inside: string;
}

/** A lock file that the commands of one check write. Disposing of it removes it. */
export interface MadeLock extends AsyncDisposable {
  /** Path as the commands see it. */
  readonly path: string;
  /**
   * Returns its text; `undefined` if the code needs no lock file.
   *
   * @throws {LockError} if it is not a regular file, or is too large
   */
  readonly read: () => Promise<string | undefined>;
}

/** A check wrote a lock file that ddsrv does not read; the message says why. */
export class LockError extends Error {
  override readonly name = "LockError";
}

/** Maximum size in bytes: that of a project with thousands of packages is 1 MiB. */
export const MAX_LOCK_BYTES: number = 4 * 1024 ** 2;

/**
 * Opens a lock file with a new name in a function's module cache, where its limits count it. The
 * cache belongs to the function's user, who may replace any name in it with a link or a pipe. So
 * root opens the cache once, follows no link below it, and opens only a regular file for reading.
 *
 * @throws {Error} of `node:fs`, if the cache can't be read
 */
export async function openMadeLock(
  { host, inside }: CachePlace,
  /** First text: the check uses its versions and adds what is missing. */
  seed?: string,
): Promise<MadeLock> {
  const name = `lock-${crypto.randomUUID()}.json`;
  using stack = new DisposableStack();
  const cache = stack.use(await holdPath(host, { isFollowing: true }));
  const path = join(cache.path, name);
  if (seed !== undefined) await writeNew(path, seed);
  const owned = stack.move();
  return {
    path: join(inside, name),
    read: () => readLock(cache, name),
    async [Symbol.asyncDispose]() {
      using _ = owned;
      // A directory stays: it counts in the limits of the cache.
      await Deno.remove(path).catch(() => {});
    },
  };
}

/** Fails if the name exists, and follows no link. */
async function writeNew(path: string, text: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  await using file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  await file.writeFile(text);
}

async function readLock(cache: HeldPath, name: string): Promise<string | undefined> {
  using held = await holdPath(join(cache.path, name), { isFollowing: false })
    .catch(ignoreMissing) ?? NOTHING;
  if (held.path === undefined) return undefined;
  const look = await held.stat();
  // Another name of the file could be one that its user must not read.
  if (!look.isFile() || look.nlink > 1) throw new LockError(REPLACED);
  await using file = await open(held.path, constants.O_RDONLY | constants.O_NONBLOCK);
  const bytes = new Uint8Array(MAX_LOCK_BYTES + 1);
  const length = await readFully(file, bytes);
  if (length <= MAX_LOCK_BYTES) return new TextDecoder().decode(bytes.subarray(0, length));
  throw new LockError(
    `The lock file of the imports is larger than ${MAX_LOCK_BYTES} bytes. Import fewer packages`,
  );
}

const REPLACED = "Another program replaced the check's lock file. Check the function again";

const NOTHING = { path: undefined, [Symbol.dispose]() {} };

function ignoreMissing(error: unknown): undefined {
  if ((error as { readonly code?: string }).code !== "ENOENT") throw error;
}
