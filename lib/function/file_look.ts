/** How a scan looks at files. */
export interface FileLook {
  /**
   * What stat(2) tells of a path, or nothing where nothing is.
   *
   * @throws {Error} for any other reason: a disk that fails for a moment is no removal
   */
  readonly stat: (path: string) => Deno.FileInfo | undefined | Promise<Deno.FileInfo | undefined>;
  /** It answers at once, on the event loop. */
  readonly isQuick: boolean;
}

/** For file systems that may take their time: nothing else waits meanwhile. */
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
 * For local ones: a tenth of the processor's time. A link is followed patiently, for it may lead to a
 * file system of another kind.
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

/** Looks at each path once, for as long as a scan lasts. */
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
