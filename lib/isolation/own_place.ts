import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { acquireLockFile } from "../system/lock_file.ts";
import { isOwnDirectory } from "../system/own_directory.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/** A supervisor's own directory for small files, locked for as long as it is open. */
export interface OwnPlace extends AsyncDisposable {
  readonly directory: string;
}

/**
 * Opens the place of a supervisor without namespaces that carry its name; empty, whatever a
 * predecessor has left there, and to be entered by its user alone.
 *
 * @throws {Error} when another supervisor has it
 */
export async function openOwnPlace(settings: Settings, ownerId: string): Promise<OwnPlace> {
  await Deno.mkdir(settings.runtimeDirectory, { recursive: true, mode: 0o700 });
  await requireOwn(settings.runtimeDirectory);
  const lock = acquireLockFile(join(settings.runtimeDirectory, "locks", `owner-${ownerId}`));
  if (lock === undefined) {
    throw new Error(
      `Another supervisor has "${
        join(settings.runtimeDirectory, ownerId)
      }", which this one needs: ` +
        "it is of an older version, or has another state directory. Stop it, or give both the " +
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
    `"${directory}" is not this user's alone. Remove it, or set XDG_RUNTIME_DIR to a directory ` +
      "of your own",
  );
}
