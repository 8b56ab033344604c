import { dirname, relative } from "node:path";

/** A directory that is watched: below a place, from where on no link is followed. */
export interface WatchedDirectory {
  /** Absolute path of the place, with all links followed. */
  readonly root: string;
  /** Relative to it; `.` is the place itself. */
  readonly path: string;
}

/** Options of {@linkcode watchedDirectories}: the paths of a function. */
export interface WatchedOptions {
  readonly functionsDirectory: string;
  /** The function's directory below it. */
  readonly directory: string;
  /** Real path of the functions directory. */
  readonly root: string;
  /** Real path of the function's directory. */
  readonly place: string;
  /** Directories whose whole content counts. */
  readonly tree: readonly string[];
}

/**
 * The directories in which a change may be one of these files, and those of the tree; none outside
 * of the functions directory. The function's own comes first.
 */
export function watchedDirectories(
  files: readonly string[],
  { functionsDirectory, directory, root, place, tree }: WatchedOptions,
): WatchedDirectory[] {
  const directories = new Set([directory]);
  for (const file of files) {
    for (let path = dirname(file); !directories.has(path); path = dirname(path)) {
      if (!path.startsWith(`${functionsDirectory}/`)) break;
      directories.add(path);
    }
  }
  for (const path of tree) directories.add(path);
  return [...directories].map((path) => {
    const own = relative(directory, path);
    return own === ".." || own.startsWith("../")
      ? { root, path: relative(functionsDirectory, path) }
      : { root: place, path: own === "" ? "." : own };
  });
}
