import type { Stats } from "node:fs";

/** Message about a hard link, which follows its path. */
export const HARD_LINK_PROBLEM =
  "is a hard link of a file that not everybody may read, in a directory that is not its owner's " +
  "alone. Put a copy there";

const EVERYBODY_READS = 0o004;
const OTHERS_WRITE = 0o022;

/**
 * Whether a file may have been given its name by somebody who could not read it. Where
 * `fs.protected_hardlinks` is off (proc_sys_fs(5)), a user may give any file of their file system a
 * name in their own directory. So of a file with several names that not everybody may read anyway,
 * one counts only where the file's owner alone can have put it.
 *
 * @example
 * ```ts
 * import { isForeignHardLink } from "./hard_link.ts";
 * const shadow = { nlink: 2, mode: 0o100640, uid: 0 };
 * isForeignHardLink(shadow, { mode: 0o40755, uid: 1000 }); // true
 * ```
 */
export function isForeignHardLink(
  file: Pick<Stats, "nlink" | "mode" | "uid">,
  directory: Pick<Stats, "mode" | "uid">,
): boolean {
  if (file.nlink <= 1 || (file.mode & EVERYBODY_READS) !== 0) return false;
  return directory.uid !== file.uid || (directory.mode & OTHERS_WRITE) !== 0;
}
