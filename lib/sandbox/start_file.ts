import { dirname } from "node:path";
import type { ListenAddress } from "./listen_address.ts";

/** What a function's preload module is told. */
export interface StartFileContent {
  /** Where a module that only exports a server is served. */
  readonly listen: ListenAddress;
  /** The function's own variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The file with it, for one instance. Disposing of it removes it. */
export interface StartFile extends AsyncDisposable {
  readonly path: string;
}

/**
 * Writes what a function's preload module is to know, readable by its own user alone. Variables
 * can't go into the environment of the launch chain: that runs as root up to its last step, and
 * variables such as `LD_PRELOAD` would run the function's code there. Nor can they go into
 * arguments, which everybody on the host can read.
 */
export async function writeStartFile(
  path: string,
  content: StartFileContent,
  uid?: number,
): Promise<StartFile> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
  // A file of that name can only be a dead predecessor's.
  await Deno.remove(path).catch(() => {});
  await Deno.writeTextFile(path, JSON.stringify(content), { mode: 0o400, createNew: true });
  if (uid !== undefined) await Deno.chown(path, uid, uid);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}
