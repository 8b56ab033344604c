import { join } from "node:path";

/** Options of {@linkcode switchEntries}: directories on one file system, and names in them. */
export interface SwitchOptions {
  /** The functions directory. */
  readonly directory: string;
  /** New entries. */
  readonly entries: string;
  /** Gets the previous entries. */
  readonly old: string;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Exchanges entries of a functions directory by renames, without giving way to other work of the
 * event loop. An entry that is exchanged already stays, so a switch that was interrupted by the end
 * of the process can be done again.
 *
 * @throws {Error} if an entry can't be moved, such as a mount point; then all are as before
 */
export function switchEntries(options: SwitchOptions): void {
  const { directory, entries, old, changed, removed } = options;
  const done: (readonly [from: string, to: string])[] = [];
  const move = (from: string, to: string): boolean => {
    try {
      Deno.renameSync(from, to);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
    done.push([from, to]);
    return true;
  };
  try {
    for (const name of removed) move(join(directory, name), join(old, name));
    for (const name of changed) {
      if (!isThere(join(entries, name))) continue;
      move(join(directory, name), join(old, name));
      move(join(entries, name), join(directory, name));
    }
  } catch (error) {
    for (const [from, to] of done.toReversed()) Deno.renameSync(to, from);
    throw error;
  }
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
