import { join } from "node:path";
import { removeIfThere } from "../system/remove_if_there.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { pruneRevisions } from "./prune_revisions.ts";

/**
 * Lock files that checks made, one for each revision: each start of a revision, also from a
 * snapshot, resolves its imports to what its check resolved.
 */
export interface KeptLocks {
  /** Writes the lock file of a revision that has passed its check, and returns its path. */
  readonly keep: (name: string, revision: string, text: string) => Promise<string>;
  /** Returns the path of a revision's lock file; `undefined` if it has none. */
  readonly find: (name: string, revision: string) => Promise<string | undefined>;
  readonly forget: (name: string) => Promise<void>;
}

/** Options of {@linkcode openKeptLocks}. */
export interface KeptLocksOptions {
  /** Holds a directory for each function; only the supervisor may enter it. */
  readonly directory: string;
  /** Returns revisions whose lock files stay, whatever their age: those of snapshots. */
  readonly neededRevisions: (name: string) => readonly string[];
}

const SUFFIX = ".lock";

/** Opens the kept lock files in a directory. */
export function openKeptLocks({ directory, neededRevisions }: KeptLocksOptions): KeptLocks {
  const pathOf = (name: string, revision: string): string =>
    join(directory, name, `${revision}${SUFFIX}`);

  return {
    async keep(name, revision, text) {
      const path = pathOf(name, revision);
      // The function's user reads it in its sandbox, and enters no directory above it.
      await writeWholeFile(path, text, { mode: 0o644 });
      const needed = neededRevisions(name);
      await pruneRevisions(join(directory, name), { suffix: SUFFIX, needed, newest: revision });
      return path;
    },
    async find(name, revision) {
      const path = pathOf(name, revision);
      try {
        return (await Deno.stat(path)).isFile ? path : undefined;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
    forget: (name) => removeIfThere(join(directory, name)),
  };
}
