import { dirname } from "node:path";
import { socketPathProblem } from "./socket_path.ts";

/**
 * Creates the directory of a socket, and removes a stale socket of this user.
 *
 * @throws {RangeError} if the path can't be that of a socket
 * @throws {Error} if the path is in use by anything else
 */
export async function clearSocket(path: string): Promise<void> {
  const problem = socketPathProblem(path);
  if (problem !== undefined) throw new RangeError(problem);
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const file = await statOptional(path);
  if (file === undefined) return;
  if (!file.isSocket) {
    throw new Error(`"${path}" exists and is not a socket. Remove it, or pass another --socket`);
  }
  if (!await isStale(path)) {
    throw new Error(
      `Another process listens on "${path}". Stop it, or pass another --socket`,
    );
  }
  if (file.uid !== Deno.uid()) {
    throw new Error(
      `The stale socket "${path}" belongs to user ${file.uid}. Remove it, or pass another --socket`,
    );
  }
  await Deno.remove(path).catch(ignoreMissing);
}

async function statOptional(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    return ignoreMissing(error);
  }
}

/** Only a refused connection shows that nobody listens; a full queue shows that somebody does. */
async function isStale(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.NotFound;
  }
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
