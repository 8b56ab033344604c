import { dirname, relative } from "node:path";

/** A directory to watch, below a real path from which no link is followed. */
export interface WatchedDirectory {
  /** Absolute real path. */
  readonly root: string;
  /** Path relative to `root`; `.` is `root` itself. */
  readonly path: string;
}

/** Options of {@linkcode watchedDirectories}. */
export interface WatchedOptions {
  readonly functionsDirectory: string;
  /** The function's directory below it. */
  readonly directory: string;
  /** Real path of the functions directory. */
  readonly root: string;
  /** Real path of the function's directory. */
  readonly place: string;
  /** Directories of which all files count. */
  readonly tree: readonly string[];
}

/**
 * Returns the directories of these files and of the tree, without those outside the functions
 * directory. The function's own directory comes first.
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
