/** A directory that is watched: below a place, from where on no link is followed. */
export interface WatchedDirectory {
  /** Absolute path of the place, with all links followed. */
  readonly root: string;
  /** Relative to it; `.` is the place itself. */
  readonly path: string;
}
