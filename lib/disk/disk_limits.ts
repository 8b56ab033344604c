/** The most that one place on disk holds. */
export interface DiskLimits {
  /** With what the file system itself needs. */
  readonly bytes: number;
  /** Files, directories and links. */
  readonly files: number;
}

/** A directory that holds no more than its limits, and how processes come to see it. */
export interface BoundedDirectory {
  /** Where a part of it is, for those that come behind the prefix. */
  readonly pathOf: (part: string) => string;
  /** What a launch chain begins with, so that paths lead to what is bounded. */
  readonly prefix: readonly string[];
  /** It has a file system of its own, which tells what is used. */
  readonly isFileSystem: boolean;
  /** What is not as the limits say, a sentence each. */
  readonly problems: readonly string[];
  /**
   * Watches it while a process has it: tells once, in half a sentence, why that must end.
   *
   * @throws {Error} when it holds more than its limits already
   */
  readonly watch: (onFound: (reason: string) => void) => Promise<Disposable>;
}

/** What a bounded directory is to be. */
export interface BoundedDirectoryOptions {
  /** Of root's alone, and so is all on the way to it. */
  readonly directory: string;
  /** Names of its parts: directories that belong to `uid`. */
  readonly parts: readonly string[];
  readonly uid: number;
  readonly limits: DiskLimits;
}
