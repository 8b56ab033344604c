import { join } from "node:path";
import { findExcess } from "./count_usage.ts";
import type { BoundedDirectory, BoundedDirectoryOptions } from "./disk_limits.ts";
import { IMAGE } from "./image_directory.ts";
import type { createRounds } from "./rounds.ts";

/** Options of {@linkcode openPlainDirectory}. */
export interface PlainDirectoryOptions extends Omit<BoundedDirectoryOptions, "uid"> {
  /** Owner of the parts; the caller when `undefined`. */
  readonly uid: number | undefined;
  readonly rounds: ReturnType<typeof createRounds>;
}

/** Unit of `ulimit -f`, see dash(1). */
const FILE_BLOCK_BYTES = 512;

/**
 * Opens a directory whose parts are plain directories of the host. Processes that start with the
 * prefix can't grow a file above the limit, or execute a file there. ddsrv counts the total size
 * periodically.
 *
 * @throws {Error} when the data is in an image, which this host can't mount
 */
export async function openPlainDirectory(
  { directory, parts, uid, limits, rounds }: PlainDirectoryOptions,
): Promise<BoundedDirectory> {
  const image = join(directory, IMAGE);
  if (await Deno.lstat(image).then(() => true, () => false)) {
    throw new Error(
      `Its data is in the image "${image}", which this host can't mount. Run: ddsrv doctor`,
    );
  }
  for (const part of parts) {
    // The parent belongs to root, so this can't be a link.
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
      throw new Error(`It can't start: ${excess}. Remove files in ${where}, or raise the limit`);
    },
  };
}

/** Returns a prefix with a new mount namespace: nosuid, nodev, noexec, and a file size limit. */
function hardenDirectory(directory: string, bytes: number): string[] {
  const script = `ulimit -f ${Math.ceil(bytes / FILE_BLOCK_BYTES)} && mount --bind "$1" "$1" &&
mount -o remount,bind,nosuid,nodev,noexec "$1" || exit 125; shift; exec "$@"`;
  return [
    ...["unshare", "--mount", "--propagation", "private", "--", "sh", "-c"],
    ...[script, "sh", directory],
  ];
}
