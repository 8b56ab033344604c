import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { deriveOwner } from "../namespace/owner.ts";
import { acquireLockFile } from "../system/lock_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/** A supervisor's own directory for small files, locked for as long as it is open. */
export interface OwnPlace extends AsyncDisposable {
  readonly ownerId: string;
  readonly directory: string;
}

/**
 * Opens the place of a supervisor without namespaces that carry its name; empty, whatever a
 * predecessor has left there, and to be entered by its user alone.
 *
 * @throws {Error} when another supervisor has it
 */
export async function openOwnPlace(settings: Settings): Promise<OwnPlace> {
  const { id: ownerId } = deriveOwner(settings.socket);
  await Deno.mkdir(settings.runtimeDirectory, { recursive: true, mode: 0o700 });
  await requireOwn(settings.runtimeDirectory);
  const lock = acquireLockFile(join(settings.runtimeDirectory, "locks", `owner-${ownerId}`));
  if (lock === undefined) {
    throw new Error(
      `Another supervisor runs with the control socket "${settings.socket}". Stop it, or choose ` +
        `another socket with --socket`,
    );
  }
  const directory = join(settings.runtimeDirectory, ownerId);
  await removeIfThere(directory);
  await Deno.mkdir(directory, { mode: 0o700 });
  return {
    ownerId,
    directory,
    async [Symbol.asyncDispose]() {
      await removeIfThere(directory);
      lock[Symbol.dispose]();
    },
  };
}

/** Below `/tmp` anybody might have made it before us. */
async function requireOwn(directory: string): Promise<void> {
  const { isDirectory, uid, mode } = await Deno.lstat(directory);
  if (isDirectory && uid === Deno.uid() && ((mode ?? 0) & 0o022) === 0) return;
  throw new Error(
    `"${directory}" is not this user's alone. Remove it, or set XDG_RUNTIME_DIR to a directory ` +
      "of your own",
  );
}
