import { dirname } from "node:path";
import { isOwnDirectory } from "../system/own_directory.ts";

/** A directory for locks. Disposing of it removes it when it is empty. */
export interface LockDirectory extends Disposable {
  readonly path: string;
}

/** Creates the parent of a lock directory; `undefined` when another user could change it. */
export async function openLockDirectory(
  path: string,
  onWarning: (message: string) => void,
): Promise<LockDirectory | undefined> {
  const parent = dirname(path);
  const isRoot = Deno.uid() === 0;
  await Deno.mkdir(parent, { recursive: true, mode: isRoot ? 0o755 : 0o700 });
  if (!await isOwnDirectory(parent)) {
    onWarning(
      `"${parent}" is not a private directory of this user, so ddsrv can't detect a second ` +
        "supervisor with another state directory. Remove it",
    );
    return undefined;
  }
  return {
    path,
    [Symbol.dispose]() {
      // Root's parent directory belongs to the system.
      if (!isRoot) removeEmpty(parent);
    },
  };
}

function removeEmpty(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is not empty.
  }
}
