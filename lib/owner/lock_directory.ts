import { dirname } from "node:path";
import { isOwnDirectory } from "../system/own_directory.ts";

/** A directory for locks. It goes with the last of them. */
export interface LockDirectory extends Disposable {
  readonly path: string;
}

/**
 * Makes the directory that holds a directory of locks; gives nothing, with a warning, where another
 * user could change what is in it.
 */
export async function openLockDirectory(
  path: string,
  onWarning: (message: string) => void,
): Promise<LockDirectory | undefined> {
  const parent = dirname(path);
  const isRoot = Deno.uid() === 0;
  await Deno.mkdir(parent, { recursive: true, mode: isRoot ? 0o755 : 0o700 });
  if (!await isOwnDirectory(parent)) {
    onWarning(
      `"${parent}" is not this user's alone, so that a second supervisor with another state ` +
        "directory would not be noticed. Remove it",
    );
    return undefined;
  }
  return {
    path,
    [Symbol.dispose]() {
      // Root's is the system's.
      if (!isRoot) removeEmpty(parent);
    },
  };
}

function removeEmpty(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Something else is in it.
  }
}
