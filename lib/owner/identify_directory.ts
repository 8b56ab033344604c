import { holdTrustedPath } from "../system/trusted_path.ts";

/** A directory, whatever path led to it. */
export interface DirectoryIdentity {
  /** Its real path. */
  readonly directory: string;
  /** Its device and inode: the same through links and bind mounts. */
  readonly inode: string;
}

/**
 * Tells which directory a path leads to. Root follows no other user's link to what is not that
 * user's: it would be taken for a directory of theirs, with its data.
 *
 * @throws {UntrustedPathError} when such a link leads to what belongs to somebody else
 * @throws {Deno.errors.NotFound} when nothing is there
 */
export async function identifyDirectory(path: string): Promise<DirectoryIdentity> {
  if (Deno.uid() !== 0) {
    const directory = await Deno.realPath(path);
    const { dev, ino } = await Deno.stat(directory);
    return { directory, inode: `${dev}-${ino}` };
  }
  using held = await holdTrustedPath(path);
  const { dev, ino } = await held.stat();
  return { directory: held.place(), inode: `${dev}-${ino}` };
}
