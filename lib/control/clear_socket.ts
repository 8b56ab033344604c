import { dirname } from "node:path";
import { socketPathProblem } from "./socket_path.ts";

/**
 * Makes room for a socket: its directory is there, and one of ours that nobody listens on is not.
 *
 * @throws {Error} when its place is taken by anything else
 */
export async function clearSocket(path: string): Promise<void> {
  const problem = socketPathProblem(path);
  if (problem !== undefined) throw new RangeError(problem);
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const file = await look(path);
  if (file === undefined) return;
  if (!file.isSocket) {
    throw new Error(`"${path}" is there and is no socket. Remove it, or choose another --socket`);
  }
  if (!await isStale(path)) {
    throw new Error(
      `Another process listens on "${path}". Stop it, or choose another socket with --socket`,
    );
  }
  if (file.uid !== Deno.uid()) {
    throw new Error(
      `"${path}" was left by user ${file.uid}, and is not this one's to take away. Remove it, or ` +
        `choose another --socket`,
    );
  }
  await Deno.remove(path).catch(ignoreMissing);
}

async function look(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    return ignoreMissing(error);
  }
}

/** Only a refusal says that nobody listens: a queue that is full says the contrary. */
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
