/** Limits of one place on disk. */
export interface DiskLimits {
  /** Includes what the file system itself needs. */
  readonly bytes: number;
  /** Files, directories and links. */
  readonly files: number;
}

/** A directory that holds no more than its limits, and how processes come to see it. */
export interface BoundedDirectory {
  /** Returns the path of a part, for processes that start behind the prefix. */
  readonly pathOf: (part: string) => string;
  /** Prefix of a launch chain, so that paths lead to the bounded directory. */
  readonly prefix: readonly string[];
  /** It has a file system of its own, which reports the usage. */
  readonly isFileSystem: boolean;
  /** Deviations from the limits, one sentence each. */
  readonly problems: readonly string[];
  /**
   * Watches it while a process has it: tells once, in half a sentence, why that must end.
   *
   * @throws {Error} when it holds more than its limits already
   */
  readonly watch: (onFound: (reason: string) => void) => Promise<Disposable>;
}

/** Options of a bounded directory. */
export interface BoundedDirectoryOptions {
  /** Only root may write to it and to its parent directories. */
  readonly directory: string;
  /** Names of its parts: directories that belong to `uid`. */
  readonly parts: readonly string[];
  readonly uid: number;
  readonly limits: DiskLimits;
}
