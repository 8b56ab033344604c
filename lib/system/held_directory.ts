import { closeSync, constants, openSync } from "node:fs";

/** A directory that is held on to, whatever becomes of its name. */
export interface HeldDirectory extends Disposable {
  /** A path by which this process reaches that very directory, see proc(5). */
  readonly path: string;
}

/**
 * Takes hold of a directory; a symbolic link in its place is not followed. What is opened below its
 * path is in there, also when somebody puts links on the way meanwhile: what openat(2) is for.
 */
export function holdDirectory(path: string): HeldDirectory {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const descriptor = openSync(path, flags);
  return {
    path: `/proc/self/fd/${descriptor}`,
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
