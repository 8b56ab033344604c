import type { Stats } from "node:fs";

/** Message about a hard link, to follow its path. */
export const HARD_LINK_PROBLEM =
  "is a hard link to a file that not all users can read, in a directory that its owner does not " +
  "control. Replace it with a copy";

const EVERYBODY_READS = 0o004;
const OTHERS_WRITE = 0o022;

/**
 * Returns true if a user who can't read the file may have linked it. If `fs.protected_hardlinks` is
 * off (proc_sys_fs(5)), users can hard-link any file of the file system into their directories. So a
 * file with several names that not all users can read is trusted only in a directory that its owner
 * alone can write to.
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
