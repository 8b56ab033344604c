import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { acquireLockFile } from "../system/lock_file.ts";
import { isOwnDirectory } from "../system/own_directory.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/** Runtime directory of one supervisor for small files, locked while it is open. */
export interface RuntimeDirectory extends AsyncDisposable {
  readonly directory: string;
}

/**
 * Opens the runtime directory of a supervisor that does not run as root. It is empty, and only its
 * user may enter it.
 *
 * @throws {Error} when another supervisor uses it, or another user may enter the parent
 */
export async function openRuntimeDirectory(
  settings: Settings,
  ownerId: string,
): Promise<RuntimeDirectory> {
  await Deno.mkdir(settings.runtimeDirectory, { recursive: true, mode: 0o700 });
  await requireOwn(settings.runtimeDirectory);
  const lock = acquireLockFile(join(settings.runtimeDirectory, "locks", `owner-${ownerId}`));
  if (lock === undefined) {
    throw new Error(
      `Another supervisor uses "${join(settings.runtimeDirectory, ownerId)}": ` +
        "it is an older version, or has another state directory. Stop it, or start both with the " +
        "same --state-dir",
    );
  }
  const directory = join(settings.runtimeDirectory, ownerId);
  await removeIfThere(directory);
  await Deno.mkdir(directory, { mode: 0o700 });
  return {
    directory,
    async [Symbol.asyncDispose]() {
      await removeIfThere(directory);
      lock[Symbol.dispose]();
    },
  };
}

async function requireOwn(directory: string): Promise<void> {
  if (await isOwnDirectory(directory)) return;
  throw new Error(
    `"${directory}" is not a private directory of this user. Remove it, or set XDG_RUNTIME_DIR ` +
      "to a directory that is",
  );
}
