/** Limits of one directory. */
export interface DiskLimits {
  /** Bytes, including those of the file system itself. */
  readonly bytes: number;
  /** Files, directories and links. */
  readonly files: number;
}

/** A directory whose size is limited. */
export interface BoundedDirectory {
  /** Returns the path of a part, for processes that start behind the prefix. */
  readonly pathOf: (part: string) => string;
  /** Command prefix of a launch chain, which makes the paths lead to the limited directory. */
  readonly prefix: readonly string[];
  /** The directory is a file system of its own, which reports its usage. */
  readonly isFileSystem: boolean;
  /** Limits that could not be applied, one sentence each. */
  readonly problems: readonly string[];
  /**
   * Watches the directory while a process uses it. Calls `onFound` once, with half a sentence about
   * the reason, when the process must stop.
   *
   * @throws {Error} when the directory already exceeds its limits
   */
  readonly watch: (onFound: (reason: string) => void) => Promise<Disposable>;
}

/** Options of a limited directory. */
export interface BoundedDirectoryOptions {
  /** Directory that holds the parts. Only root may write to it and to its parent directories. */
  readonly directory: string;
  /** Names of its parts, which are directories of `uid`. */
  readonly parts: readonly string[];
  readonly uid: number;
  readonly limits: DiskLimits;
}
