import { join } from "node:path";
import { removeEntry, replacedPath } from "./set_aside.ts";

/** A folder that has taken another's place, which is still there. */
export interface ReplacedFolder {
  /** Removes the one that was replaced. */
  readonly keep: () => Promise<void>;
  /** Puts the one that was replaced back, and removes the other. */
  readonly undo: () => Promise<void>;
}

/** Which folder takes whose place. */
export interface ReplaceOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  /** In the functions directory, under a hidden name. */
  readonly staged: string;
}

/**
 * Puts a staged folder in the place of a function's. For a moment between two renames there is
 * none, which a scan does not take for a removal.
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

  /** Gives where the one that was there is now. */
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
