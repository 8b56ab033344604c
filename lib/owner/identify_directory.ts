import { holdTrustedPath } from "../system/trusted_path.ts";

/** Identity of a directory, independent of its path. */
export interface DirectoryIdentity {
  /** Its real path. */
  readonly directory: string;
  /** Device and inode, the same through links and bind mounts. */
  readonly inode: string;
}

/**
 * Returns the identity of the directory at a path. Root does not follow a link of another user to
 * files that are not that user's: the link would become a functions directory of that user, with
 * its data.
 *
 * @throws {UntrustedPathError} when such a link leads to files of another user
 * @throws {Deno.errors.NotFound} when the path does not exist
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
