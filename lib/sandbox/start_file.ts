import { dirname } from "node:path";
import type { ListenAddress } from "./listen_address.ts";

/** Content of a start file, for the function's preload module. */
export interface StartFileContent {
  /** Address on which the preload module serves a default export. */
  readonly listen: ListenAddress;
  readonly variables: Readonly<Record<string, string>>;
}

/** The start file of one instance. Disposing of it removes it. */
export interface StartFile extends AsyncDisposable {
  readonly path: string;
}

/**
 * Writes the start file, which only the function's user can read. The environment of the launch
 * chain can't contain the variables: the chain runs as root until its last step, and variables such
 * as `LD_PRELOAD` would run the function's code there. Arguments can't contain them either, because
 * every user of the host can read arguments.
 */
export async function writeStartFile(
  path: string,
  content: StartFileContent,
  uid?: number,
): Promise<StartFile> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
  // An existing file belonged to a killed supervisor.
  await Deno.remove(path).catch(() => {});
  await Deno.writeTextFile(path, JSON.stringify(content), { mode: 0o400, createNew: true });
  if (uid !== undefined) await Deno.chown(path, uid, uid);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}
