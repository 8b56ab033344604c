import { join } from "node:path";
import { removeEntry, replacedPath } from "./set_aside.ts";

/** A replaced folder; the old one still exists under a hidden name. */
export interface ReplacedFolder {
  /** Removes the old folder. */
  readonly keep: () => Promise<void>;
  /** Restores the old folder and removes the new one. */
  readonly undo: () => Promise<void>;
}

/** Options of {@linkcode replaceFolder}. */
export interface ReplaceOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  /** Path of the new folder, in the functions directory under a hidden name. */
  readonly staged: string;
}

/**
 * Replaces a function's folder with a staged one. Between the two renames the folder is missing for
 * a moment, which a scan does not treat as a removal.
 */
export async function replaceFolder(options: ReplaceOptions): Promise<ReplacedFolder> {
  const { functionsDirectory, name, staged } = options;
  const target = join(functionsDirectory, name);
  const before = await exchange(staged);
  return {
    keep: () => removeEntry(before),
    async undo() {
      await removeEntry(await exchange(before));
    },
  };

  /** Moves `next` into place and returns the new path of the previous folder. */
  async function exchange(next: string): Promise<string> {
    const aside = replacedPath(functionsDirectory, name);
    await Deno.rename(target, aside);
    try {
      await Deno.rename(next, target);
    } catch (error) {
      await Deno.rename(aside, target);
      throw error;
    }
    return aside;
  }
}
