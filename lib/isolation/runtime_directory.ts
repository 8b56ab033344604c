import { existsSync } from "node:fs";
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

/** Removes the runtime directory of a killed supervisor, if nobody holds the lock that it left. */
export async function sweepRuntimeDirectory(
  settings: Pick<Settings, "runtimeDirectory">,
  ownerId: string,
): Promise<void> {
  const path = join(settings.runtimeDirectory, "locks", `owner-${ownerId}`);
  if (!existsSync(path)) return;
  using lock = acquireLockFile(path);
  if (lock !== undefined) await removeIfThere(join(settings.runtimeDirectory, ownerId));
}

async function requireOwn(directory: string): Promise<void> {
  if (await isOwnDirectory(directory)) return;
  throw new Error(
    `"${directory}" is not a private directory of this user. Remove it, or set XDG_RUNTIME_DIR ` +
      "to a directory that is",
  );
}
