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
  mendFileSystem,
  mountImage,
} from "./image_commands.ts";
import { isLoopBacking } from "./loop_devices.ts";

/** Options to open an image, besides its limits. */
export interface ImageDirectoryOptions extends BoundedDirectoryOptions {
  /** Images that were enlarged already, and to what, by their path. */
  readonly grown: Map<string, number>;
  readonly rounds: ReturnType<typeof createRounds>;
  readonly run?: Run;
}

/** Much data on a slow disk. */
const COPY_TIMEOUT_MS = 600_000;

/** Sizes are rounded to whole blocks. */
const SLACK_BYTES = 4_096;

/** Name of the image in a bounded directory. */
export const IMAGE = "image";

/** Name of a part once its copy is complete. */
const MOVED = ".moved";

/**
 * Opens a directory whose parts are in the image of a file system. The image limits bytes and files
 * for all users. Each process that uses it mounts it in its own mount namespace and nowhere else,
 * so no mount is left when these processes have ended, however they died. Parts of an older version
 * that lie beside the image are moved into it, once.
 *
 * @throws {Error} when the image can't be made, repaired or enlarged
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
    if (found.hasErrors && !isMounted) await mend(image, run);
    if (found.label !== String(uid)) await give({ ...options, image, mountPoint, run });
    if (found.bytes < limits.bytes && grown.get(image) !== limits.bytes) {
      const problem = await grow({ ...options, image, mountPoint, run }, isMounted);
      // A last piece that is too small for tables of its own stays out of the file system.
      if (problem === undefined) grown.set(image, limits.bytes);
      else problems.push(problem);
    }
    problems.push(...describeSize(found, limits), ...await describeStrays(options));
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
 * When the host's disk is full or fails, the file system of an image becomes read-only. The
 * function runs on until there is room again; then ddsrv repairs the image and restarts the
 * function.
 */
async function findFault(directory: string, image: string): Promise<string | undefined> {
  const found = await readSuperblock(image).catch(() => undefined);
  if (found?.hasErrors !== true || await isDiskFull(directory)) return undefined;
  return "its data could not be written while the host's disk was full or failed; it is mended now";
}

/** The same image is in the kernel's hands where it is mounted. */
interface OwnOptions extends BoundedDirectoryOptions {
  readonly image: string;
  readonly mountPoint: string;
  readonly run: Run;
}

/** Whole or not at all: made beside it first, then put in its place. */
async function makeImage(options: OwnOptions): Promise<void> {
  const { directory, parts, limits, image, mountPoint, run } = options;
  // A move that was cut short: the image was not in its place yet.
  for (const part of parts) {
    await renameIfThere(join(directory, part + MOVED), join(directory, part));
  }
  const beside = `${image}.new`;
  await removeIfThere(beside);
  await Deno.writeFile(beside, new Uint8Array(), { createNew: true, mode: 0o600 });
  await Deno.truncate(beside, limits.bytes);
  try {
    await run(makeFileSystem(beside, limits));
  } catch (cause) {
    throw new Error(`Cannot make a file system in "${beside}": ${reasonOf(cause)}`, { cause });
  }
  const present = await presentOf(parts.map((part) => join(directory, part)));
  if (present.length > 0) {
    try {
      const command = copyIntoImage(beside, { mountPoint, sources: present });
      await run(command, { timeoutMs: COPY_TIMEOUT_MS });
    } catch (cause) {
      await removeIfThere(beside);
      throw new Error(
        `Cannot move the data in "${directory}" into an image of ` +
          `${formatSize(limits.bytes)}: ${reasonOf(cause)}. Raise dataSize and dataFiles, ` +
          "or make room there",
        { cause },
      );
    }
  }
  await give({ ...options, image: beside });
  for (const path of present) await Deno.rename(path, path + MOVED);
  await Deno.rename(beside, image);
}

/** Says why it can't be grown while another instance has it; that is no reason not to start. */
async function grow(
  { image, mountPoint, limits, run }: OwnOptions,
  isMounted: boolean,
): Promise<string | undefined> {
  // Begins again at the next start where it is cut short: the superblock is changed last.
  await Deno.truncate(image, limits.bytes);
  const command = isMounted ? growMountedFileSystem(image, mountPoint) : growFileSystem(image);
  try {
    await run(command, { timeoutMs: COPY_TIMEOUT_MS });
  } catch (error) {
    if (!isMounted) throw new Error(`Cannot enlarge "${image}": ${reasonOf(error)}`);
    const reason = reasonOf(error);
    return `Its data gets more room once no instance has it, at the next restart of ddsrv: ${reason}`;
  }
}

/** Another range of users makes another owner; files below keep theirs, as in any directory. */
async function give({ image, mountPoint, uid, parts, run }: OwnOptions): Promise<void> {
  try {
    await run(giveParts({ image, mountPoint }, { uid, parts }));
  } catch (cause) {
    throw new Error(`Cannot mount "${image}": ${reasonOf(cause)}`, { cause });
  }
}

async function mend(image: string, run: Run): Promise<void> {
  try {
    await run(mendFileSystem(image), { timeoutMs: COPY_TIMEOUT_MS });
  } catch (cause) {
    throw new Error(
      `The file system in "${image}" has faults that e2fsck can't mend. Bring the file back from a ` +
        "backup, or remove it together with the data in it",
      { cause },
    );
  }
}

/** A file without a file system in it was not made here, and may be somebody's only copy. */
async function requireNoImage(image: string): Promise<void> {
  const file = await Deno.lstat(image).catch(() => undefined);
  if (file === undefined) return;
  throw new Error(
    `"${image}" holds no file system. Bring it back from a backup, or remove it to begin with ` +
      "no data",
  );
}

/** Only a copy could make it smaller: ext4 does not shrink while it is mounted. */
function describeSize(found: Superblock, limits: DiskLimits): string[] {
  const present = formatSize(found.bytes);
  const isLarger = limits.bytes < found.bytes - SLACK_BYTES;
  return isLarger
    ? [
      `Its data may take ${present}, more than dataSize says: an image never shrinks. Remove the ` +
      "data to begin with a smaller one",
    ]
    : [];
}

/** An older version of ddsrv may have run meanwhile, and written beside the image. */
async function describeStrays({ directory, parts }: BoundedDirectoryOptions): Promise<string[]> {
  const strays = await presentOf(parts.map((part) => join(directory, part)));
  if (strays.length === 0) return [];
  const named = strays.map((path) => `"${path}"`).join(" and ");
  return [`Its data is in an image, and ${named} beside it is not used. Remove it`];
}

/** Without the command, which is a script and no help to anybody. */
function reasonOf(error: unknown): string {
  return error instanceof CommandError ? error.reason : (error as Error).message;
}

async function presentOf(paths: readonly string[]): Promise<string[]> {
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
