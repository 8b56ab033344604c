/** Calls stat(2) for a scan, synchronously or not. */
export interface FileLook {
  /**
   * Returns the result of stat(2); `undefined` if the file does not exist.
   *
   * @throws {Error} for any other reason: a disk error must not look like a removal
   */
  readonly stat: (path: string) => Deno.FileInfo | undefined | Promise<Deno.FileInfo | undefined>;
  /** Runs synchronously on the event loop. */
  readonly isQuick: boolean;
}

/** For file systems that may be slow: does not block the event loop. */
export const asyncStat: FileLook = {
  isQuick: false,
  async stat(path) {
    try {
      return await Deno.stat(path);
    } catch (error) {
      return missing(error);
    }
  },
};

/**
 * For local file systems: needs a tenth of the CPU time. Follows links asynchronously, because they
 * may lead to another file system.
 */
export const syncStat: FileLook = {
  isQuick: true,
  stat(path) {
    try {
      const file = Deno.lstatSync(path);
      return file.isSymlink ? asyncStat.stat(path) : file;
    } catch (error) {
      return missing(error);
    }
  },
};

/** Caches the results of stat(2), for the duration of a scan. */
export function onceEach({ stat }: Pick<FileLook, "stat">): FileLook["stat"] {
  const seen = new Map<string, ReturnType<FileLook["stat"]>>();
  return (path) => {
    if (!seen.has(path)) seen.set(path, stat(path));
    return seen.get(path);
  };
}

function missing(error: unknown): undefined {
  const isMissing = error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.FilesystemLoop;
  if (!isMissing) throw error;
}
