import { join } from "node:path";
import { formatSize } from "../config/size.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { CommandError, type Run, run as execute } from "../system/run.ts";
import type { BoundedDirectory, BoundedDirectoryOptions, DiskLimits } from "./disk_limits.ts";
import { isDiskFull } from "../system/disk_room.ts";
import type { createRounds } from "./rounds.ts";
import { readSuperblock, type Superblock } from "./ext4_superblock.ts";
import {
  copyIntoImage,
  giveParts,
  growFileSystem,
  growMountedFileSystem,
  makeFileSystem,
  mountImage,
  repairFileSystem,
} from "./image_commands.ts";
import { isLoopBacking } from "./loop_devices.ts";

/** Options of {@linkcode openImageDirectory}. */
export interface ImageDirectoryOptions extends BoundedDirectoryOptions {
  /** Paths of images that were enlarged, with their size in bytes. */
  readonly grown: Map<string, number>;
  readonly rounds: ReturnType<typeof createRounds>;
  readonly run?: Run;
}

/** Long enough for much data on a slow disk. */
const COPY_TIMEOUT_MS = 600_000;

/** Tolerance in bytes, because sizes are rounded to blocks. */
const SLACK_BYTES = 4_096;

/** Name of the image in a bounded directory. */
export const IMAGE = "image";

/** Name of a part once its copy is complete. */
const MOVED = ".moved";

/**
 * Opens a directory whose parts are in a file system image. The image limits bytes and files for
 * all users. Each process that uses it mounts it only in its own mount namespace, so the kernel
 * removes the mount when these processes have ended for any reason. Parts that an older version
 * stored next to the image are moved into it.
 *
 * @throws {Error} when the image can't be created, repaired or enlarged
 */
export async function openImageDirectory(
  options: ImageDirectoryOptions,
): Promise<BoundedDirectory> {
  const { directory, parts, uid, limits, grown, run = execute } = options;
  const image = join(directory, IMAGE);
  const mountPoint = join(directory, "mount");
  await Deno.mkdir(mountPoint, { recursive: true, mode: 0o700 });
  const found = await readSuperblock(image);
  const problems: string[] = [];
  if (found === undefined) {
    await requireNoImage(image);
    await makeImage({ ...options, image, mountPoint, run });
  } else {
    const isMounted = await isLoopBacking(image);
    if (found.hasErrors && !isMounted) await repair(image, run);
    if (found.label !== String(uid)) await give({ ...options, image, mountPoint, run });
    if (found.bytes < limits.bytes && grown.get(image) !== limits.bytes) {
      const problem = await grow({ ...options, image, mountPoint, run }, isMounted);
      // The file system may stay smaller than its image: ext4 ignores a too small last piece.
      if (problem === undefined) grown.set(image, limits.bytes);
      else problems.push(problem);
    }
    problems.push(...describeSize(found, limits), ...await describeUnused(options));
  }
  for (const part of parts) await removeIfThere(join(directory, part + MOVED));
  return {
    pathOf: (part) => join(mountPoint, part),
    prefix: mountImage({ image, mountPoint }),
    isFileSystem: true,
    problems,
    watch: (onFound) =>
      Promise.resolve(options.rounds({ examine: () => findFault(directory, image), onFound })),
  };
}

/**
 * Returns half a sentence when the image needs a repair. After a full or failing host disk, its
 * file system is read-only. The function keeps running until there is space again; then ddsrv
 * repairs the image and restarts the function.
 */
async function findFault(directory: string, image: string): Promise<string | undefined> {
  const found = await readSuperblock(image).catch(() => undefined);
  if (found?.hasErrors !== true || await isDiskFull(directory)) return undefined;
  return "the host's disk was full or failed, so its data became read-only; ddsrv repairs it now";
}

interface ImageOptions extends BoundedDirectoryOptions {
  readonly image: string;
  readonly mountPoint: string;
  readonly run: Run;
}

/** Creates an image completely or not at all: under another name, and then renames it. */
async function makeImage(options: ImageOptions): Promise<void> {
  const { directory, parts, limits, image, mountPoint, run } = options;
  // An interrupted move: the image was not renamed yet.
  for (const part of parts) {
    await renameIfThere(join(directory, part + MOVED), join(directory, part));
  }
  const newImage = `${image}.new`;
  await removeIfThere(newImage);
  await Deno.writeFile(newImage, new Uint8Array(), { createNew: true, mode: 0o600 });
  await Deno.truncate(newImage, limits.bytes);
  try {
    await run(makeFileSystem(newImage, limits));
  } catch (cause) {
    throw new Error(`Cannot create a file system in "${newImage}": ${reasonOf(cause)}`, { cause });
  }
  const present = await existingOf(parts.map((part) => join(directory, part)));
  if (present.length > 0) {
    try {
      const command = copyIntoImage(newImage, { mountPoint, sources: present });
      await run(command, { timeoutMs: COPY_TIMEOUT_MS });
    } catch (cause) {
      await removeIfThere(newImage);
      throw new Error(
        `Cannot move the data in "${directory}" into an image of ` +
          `${formatSize(limits.bytes)}: ${reasonOf(cause)}. Raise dataSize and dataFiles, ` +
          "or free some space",
        { cause },
      );
    }
  }
  await give({ ...options, image: newImage });
  for (const path of present) await Deno.rename(path, path + MOVED);
  await Deno.rename(newImage, image);
}

/**
 * Enlarges an image. Returns a problem when another instance uses it: the function starts anyway.
 */
async function grow(
  { image, mountPoint, limits, run }: ImageOptions,
  isMounted: boolean,
): Promise<string | undefined> {
  // If interrupted, the next start repeats it, because the superblock changes last.
  await Deno.truncate(image, limits.bytes);
  const command = isMounted ? growMountedFileSystem(image, mountPoint) : growFileSystem(image);
  try {
    await run(command, { timeoutMs: COPY_TIMEOUT_MS });
  } catch (error) {
    if (!isMounted) throw new Error(`Cannot enlarge "${image}": ${reasonOf(error)}`);
    const reason = reasonOf(error);
    return `Its data is in use, and is enlarged at the next restart of ddsrv: ${reason}`;
  }
}

/** Changes the owner of the parts. Files inside keep their owner, as in any directory. */
async function give({ image, mountPoint, uid, parts, run }: ImageOptions): Promise<void> {
  try {
    await run(giveParts({ image, mountPoint }, { uid, parts }));
  } catch (cause) {
    throw new Error(`Cannot mount "${image}": ${reasonOf(cause)}`, { cause });
  }
}

async function repair(image: string, run: Run): Promise<void> {
  try {
    await run(repairFileSystem(image), { timeoutMs: COPY_TIMEOUT_MS });
  } catch (cause) {
    throw new Error(
      `Cannot repair the file system in "${image}" with e2fsck. Restore the file from a backup, ` +
        "or remove it and all data in it",
      { cause },
    );
  }
}

/**
 * Requires that no file has the image's name: ddsrv did not create a file without a file system,
 * which may be the only copy of data.
 */
async function requireNoImage(image: string): Promise<void> {
  const file = await Deno.lstat(image).catch(() => undefined);
  if (file === undefined) return;
  throw new Error(
    `"${image}" contains no file system. Restore it from a backup, or remove it to start without ` +
      "data",
  );
}

/** Describes an image that is larger than its limit. ext4 can't shrink while it is mounted. */
function describeSize(found: Superblock, limits: DiskLimits): string[] {
  const present = formatSize(found.bytes);
  const isLarger = limits.bytes < found.bytes - SLACK_BYTES;
  return isLarger
    ? [
      `Its data may use ${present}, more than dataSize, because an image never shrinks. Remove ` +
      "the data to start with a smaller image",
    ]
    : [];
}

/** Describes data next to the image, which an older version of ddsrv may have written. */
async function describeUnused({ directory, parts }: BoundedDirectoryOptions): Promise<string[]> {
  const unused = await existingOf(parts.map((part) => join(directory, part)));
  if (unused.length === 0) return [];
  const named = unused.map((path) => `"${path}"`).join(" and ");
  return [`Its data is in an image, so ddsrv ignores ${named}. Remove it`];
}

/** Returns the reason without the command, which is a long script. */
function reasonOf(error: unknown): string {
  return error instanceof CommandError ? error.reason : (error as Error).message;
}

async function existingOf(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => Deno.lstat(path).catch(() => undefined)));
  return paths.filter((_, index) => found[index] !== undefined);
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
