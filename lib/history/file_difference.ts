/** All ways in which a file differs. */
export const FILE_CHANGES = ["added", "removed", "changed"] as const;

/** Way in which a file differs. */
export type FileChange = typeof FILE_CHANGES[number];

/**
 * Kinds of differing files: `text` and the target of a `link` have hunks. `secret`: a file such as
 * `.env`, whose content ddsrv does not show. `mode`: only the permission to execute differs. `large`
 * and `omitted`: the file, or the whole difference, is too large to show.
 */
export const DIFFERENCE_KINDS = [
  "text",
  "link",
  "binary",
  "secret",
  "large",
  "mode",
  "special",
  "directory",
  "omitted",
] as const;

/** Kind of a differing file. */
export type DifferenceKind = typeof DIFFERENCE_KINDS[number];

/** A file that differs between two trees. */
export interface FileDifference {
  /** Relative path, with `/` between names. */
  readonly path: string;
  readonly change: FileChange;
  readonly kind: DifferenceKind;
  /** Hunks of a unified diff; `null` where the content is not shown. */
  readonly hunks: string | null;
}
