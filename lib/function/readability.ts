import { dirname } from "node:path";
import { UntrustedPathError } from "../system/trusted_path.ts";
import { holdFolder } from "./held_folder.ts";

/** Everyone may read. */
const READ = 0o004;
/** Everyone may read and enter. */
const READ_AND_ENTER = 0o005;

/**
 * Says why a function's own user, who is nobody in particular, could not read its source; or gives
 * `undefined`. Files that don't exist are not spoken of.
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
  try {
    using folder = await holdFolder(directory);
    for (const { path, needed } of looks) {
      const look = await folder.look(path).catch(() => undefined);
      if (look === undefined || (look.stats.mode & needed) === needed) continue;
      // The mode of what is elsewhere is nothing for this function's author to know.
      return look.isInside
        ? `"${path}" can't be read by the function's own user (mode ` +
          `${(look.stats.mode & 0o777).toString(8).padStart(4, "0")}). ` +
          `Run: chmod -R a+rX "${directory}"`
        : `"${path}" leads out of "${directory}", to what the function's own user can't read. ` +
          "Put the file itself there";
    }
  } catch (error) {
    if (error instanceof UntrustedPathError) return error.message;
  }
  return undefined;
}
