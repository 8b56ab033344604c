/** How a scan looks at files. */
export interface FileLook {
  /**
   * What stat(2) tells of a path, or nothing where nothing is.
   *
   * @throws {Error} for any other reason: a disk that fails for a moment is no removal
   */
  readonly stat: (path: string) => Deno.FileInfo | undefined | Promise<Deno.FileInfo | undefined>;
  /** Names in a directory; nothing where it is quicker to ask for each. */
  readonly names: (directory: string) => ReadonlySet<string> | undefined;
}

/** For file systems that may take their time: nothing else waits meanwhile. */
export const patientLook: FileLook = {
  async stat(path) {
    try {
      return await Deno.stat(path);
    } catch (error) {
      return missing(error);
    }
  },
  names: () => undefined,
};

/** For local ones: a tenth of the processor's time, most of which goes into what is not there. */
export const quickLook: FileLook = {
  stat(path) {
    try {
      return Deno.statSync(path);
    } catch (error) {
      return missing(error);
    }
  },
  names(directory) {
    try {
      const names = new Set<string>();
      for (const entry of Deno.readDirSync(directory)) names.add(entry.name);
      return names;
    } catch {
      return undefined;
    }
  },
};

/** Looks at each path once, for as long as a scan lasts. */
export function onceEach({ stat }: FileLook): FileLook["stat"] {
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
