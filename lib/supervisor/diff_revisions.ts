import { CompareError, compareTrees, type TreeDifference } from "../history/compare_trees.ts";
import { lineageOf } from "../history/lineage.ts";
import type { Snapshot } from "./snapshots.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** Options of {@linkcode diffRevisions}. */
export interface DiffOptions {
  readonly name: string;
  /** First digits of a revision. */
  readonly from: string;
  /** First digits of another one; by default the revision that serves, or served last. */
  readonly to: string | undefined;
  /** Revision that serves. */
  readonly serving: string | undefined;
  readonly signal: AbortSignal;
}

/** Differences of the folders of two revisions. */
export interface RevisionDifference extends TreeDifference {
  /** 64 hexadecimal digits. */
  readonly from: string;
  readonly to: string;
}

/** Revisions can't be compared; the message says why and what to do. */
export class DiffError extends Error {
  override readonly name = "DiffError";
}

/**
 * Compares the kept folders of two revisions.
 *
 * @throws {DiffError} if one of them is not kept
 */
export async function diffRevisions(
  { snapshots, changes }: Pick<SupervisorContext, "snapshots" | "changes">,
  options: DiffOptions,
): Promise<RevisionDifference> {
  const { name, signal } = options;
  const kept = snapshots.list(name);
  const from = find(kept, options.from, name);
  const present = options.serving ?? lineageOf(await changes.list(name))[0];
  const to = options.to === undefined ? current(kept, present, name) : find(kept, options.to, name);
  try {
    const difference = await compareTrees([from.path, to.path], { signal });
    return { from: from.revision, to: to.revision, ...difference };
  } catch (error) {
    if (error instanceof CompareError) throw new DiffError(error.message);
    throw error;
  }
}

function find(kept: readonly Snapshot[], digits: string, name: string): Snapshot {
  const found = kept.find(({ revision }) => revision.startsWith(digits));
  if (found !== undefined) return found;
  const revisions = kept.map(({ revision }) => revision.slice(0, 12)).join(", ");
  throw new DiffError(
    `ddsrv keeps no folder of a revision of "${name}" that begins with "${digits}". Kept ` +
      `revisions: ${revisions || "none"}`,
  );
}

function current(
  kept: readonly Snapshot[],
  revision: string | undefined,
  name: string,
): Snapshot {
  const found = kept.find((snapshot) => snapshot.revision === revision);
  if (found !== undefined) return found;
  throw new DiffError(
    revision === undefined
      ? `No revision of "${name}" has served yet. Name two kept ones`
      : `ddsrv keeps no folder of the revision of "${name}" that serves: it has just begun to ` +
        "serve, or its folder is a link or larger than 64 MiB. Name two kept ones",
  );
}
