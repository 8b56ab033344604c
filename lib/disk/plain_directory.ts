import { join } from "node:path";
import { findExcess } from "./count_usage.ts";
import type { BoundedDirectory, BoundedDirectoryOptions } from "./disk_limits.ts";
import { IMAGE } from "./image_directory.ts";
import type { createRounds } from "./rounds.ts";

/** Options of a plain directory of the host. */
export interface PlainDirectoryOptions extends Omit<BoundedDirectoryOptions, "uid"> {
  /** The caller's own when left out, who can't mount anything either. */
  readonly uid: number | undefined;
  readonly rounds: ReturnType<typeof createRounds>;
}

/** Units of `ulimit -f`, see dash(1). */
const FILE_BLOCK_BYTES = 512;

/**
 * Opens a directory whose parts are plain directories of the host. No process that starts behind
 * the prefix can let a file grow beyond the limit, or execute a file from there. The total size of
 * all files is counted periodically.
 *
 * @throws {Error} when the data is in an image, which this host can't mount
 */
export async function openPlainDirectory(
  { directory, parts, uid, limits, rounds }: PlainDirectoryOptions,
): Promise<BoundedDirectory> {
  const image = join(directory, IMAGE);
  if (await Deno.lstat(image).then(() => true, () => false)) {
    throw new Error(
      `Its data is in the image "${image}", which can't be mounted here. See: ddsrv doctor`,
    );
  }
  for (const part of parts) {
    // Its parent is root's alone, so that this can be no link.
    const path = join(directory, part);
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    if (uid !== undefined) await Deno.chown(path, uid, uid);
  }
  const paths = parts.map((part) => join(directory, part));
  const examine = (): Promise<string | undefined> => findExcess(paths, limits);
  return {
    pathOf: (part) => join(directory, part),
    prefix: uid === undefined ? [] : hardenDirectory(directory, limits.bytes),
    isFileSystem: false,
    problems: [],
    async watch(onFound) {
      const excess = await examine();
      if (excess === undefined) return rounds({ examine, onFound });
      const where = paths.map((path) => `"${path}"`).join(" and ");
      throw new Error(`It can't start: ${excess}. Remove some of ${where}, or allow more`);
    },
  };
}

/** In a mount namespace of its own: nosuid, nodev and noexec, and a bound for each file. */
function hardenDirectory(directory: string, bytes: number): string[] {
  const script = `ulimit -f ${Math.ceil(bytes / FILE_BLOCK_BYTES)} && mount --bind "$1" "$1" &&
mount -o remount,bind,nosuid,nodev,noexec "$1" || exit 125; shift; exec "$@"`;
  return [
    ...["unshare", "--mount", "--propagation", "private", "--", "sh", "-c"],
    ...[script, "sh", directory],
  ];
}
