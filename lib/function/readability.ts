import { dirname } from "node:path";
import { UntrustedPathError } from "../system/trusted_path.ts";
import { holdFolder, type Look } from "./held_folder.ts";

/** All users can read. */
const READ = 0o004;
/** All users can read and enter. */
const READ_AND_ENTER = 0o005;

/** Number of files to look at at the same time. */
const LOOKS_AT_ONCE = 16;

/**
 * Returns the reason why a function's own user can't read its source; `undefined` if it can. The
 * user owns no file, so all users must be able to read it. Ignores missing files.
 */
export async function unreadableReason(
  directory: string,
  files: readonly string[],
): Promise<string | undefined> {
  const own = files.filter((file) => file.startsWith(`${directory}/`));
  const directories = new Set([directory]);
  for (const file of own) {
    for (let path = dirname(file); !directories.has(path); path = dirname(path)) {
      directories.add(path);
    }
  }
  const looks = [
    ...[...directories].map((path) => ({ path, needed: READ_AND_ENTER })),
    ...own.map((path) => ({ path, needed: READ })),
  ];
  let found: readonly (Look | undefined)[] = [];
  try {
    using folder = await holdFolder(directory);
    for (const [index, { path, needed }] of looks.entries()) {
      // All at once: most of the files do not exist, and each look waits for a thread.
      if (index % LOOKS_AT_ONCE === 0) {
        const piece = looks.slice(index, index + LOOKS_AT_ONCE);
        found = await Promise.all(
          piece.map(({ path }) => folder.look(path).catch(() => undefined)),
        );
      }
      const look = found[index % LOOKS_AT_ONCE];
      if (look === undefined || (look.stats.mode & needed) === needed) continue;
      // Do not disclose the mode of a file outside the folder to the function's author.
      return look.isInside
        ? `"${path}" can't be read by the function's own user (mode ` +
          `${(look.stats.mode & 0o777).toString(8).padStart(4, "0")}). ` +
          `Run: chmod -R a+rX "${directory}"`
        : `"${path}" leads out of "${directory}" to a file that the function's own user can't ` +
          "read. Replace it with the file itself";
    }
  } catch (error) {
    if (error instanceof UntrustedPathError) return error.message;
  }
  return undefined;
}
