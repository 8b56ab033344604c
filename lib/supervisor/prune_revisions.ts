import { join } from "node:path";

/** Options of {@linkcode pruneRevisions}. */
export interface PruneOptions {
  /** End of the names of the files; the revision stands before it. */
  readonly suffix: string;
  /** Revisions whose files stay, whatever their age: those of snapshots. */
  readonly needed: readonly string[];
  /**
   * Revision whose file is new, and stays: the host's clock may have stepped back since the others
   * were written.
   */
  readonly newest: string;
}

/** Number of files of a function besides those of snapshots: as many as check results. */
const MAX_REVISIONS = 4;

/**
 * Removes the oldest files of revisions in a directory, which has one for each revision that has
 * passed its check, and of unfinished writes. Returns the paths of those that stay.
 */
export async function pruneRevisions(
  directory: string,
  { suffix, needed, newest }: PruneOptions,
): Promise<string[]> {
  const names = new Set([...needed, newest].map((revision) => `${revision}${suffix}`));
  const count = needed.includes(newest) ? MAX_REVISIONS : MAX_REVISIONS - 1;
  const kept: string[] = [];
  const aged: { readonly path: string; readonly atMs: number }[] = [];
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (!isFile) continue;
    const path = join(directory, name);
    if (names.has(name)) kept.push(path);
    else aged.push({ path, atMs: (await Deno.stat(path)).mtime?.getTime() ?? 0 });
  }
  aged.sort((a, b) => b.atMs - a.atMs);
  for (const { path } of aged.slice(count)) await Deno.remove(path);
  return [...kept, ...aged.slice(0, count).map(({ path }) => path)];
}
