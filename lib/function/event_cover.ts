import type { FileLook } from "./file_look.ts";
import type { WatchedDirectory } from "./watched_directory.ts";

/** Finds out whether inotify(7) reports each change of the files that a scan looks at. */
export interface EventCover {
  /** Returns the same function, which also remembers what it was asked and what it has found. */
  readonly follow: (stat: FileLook["stat"]) => FileLook["stat"];
  /** Returns true if watches of these directories report each change. */
  readonly isComplete: (watched: readonly WatchedDirectory[]) => boolean;
}

/** Options of {@linkcode createEventCover}. */
export interface EventCoverOptions {
  /** Absolute path of the functions directory, whose own entries are always watched. */
  readonly functionsDirectory: string;
  /** The function's directory below it. */
  readonly directory: string;
  /** Real path of the function's directory. */
  readonly place: string;
  /** Device of the functions directory. */
  readonly device: number;
}

/**
 * Creates a cover for one folder. Three kinds of files can change without an event in a watched
 * directory: those behind a link, those on another file system, and those with another name.
 */
export function createEventCover(options: EventCoverOptions): EventCover {
  const { functionsDirectory, directory, place, device } = options;
  const asked = new Set<string>();
  let isPlain = true;

  const note = (file: Deno.FileInfo | undefined): void => {
    if (file === undefined) return;
    if (file.dev !== device || file.isFile && (file.nlink ?? 1) > 1) isPlain = false;
  };

  return {
    follow: (stat) => (path) => {
      asked.add(path.slice(0, path.lastIndexOf("/")));
      // A link, or an error if stat(2) throws.
      const wasPlain = isPlain;
      isPlain = false;
      const file = stat(path);
      if (file instanceof Promise) return file;
      isPlain = wasPlain;
      note(file);
      return file;
    },
    isComplete(watched) {
      if (!isPlain) return false;
      const directories = new Set(
        watched.map(({ root, path }) =>
          path === "." ? directory : `${root === place ? directory : functionsDirectory}/${path}`
        ),
      );
      return [...asked].every((one) => one === functionsDirectory || directories.has(one));
    },
  };
}
