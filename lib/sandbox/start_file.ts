import { dirname } from "node:path";
import { isLocked } from "../system/is_locked.ts";

/** Content of a start file, for the function's preload module. */
export interface StartFileContent {
  /** Address on which the preload module serves a default export, unless Deno moves it. */
  readonly hostname: string;
  readonly port: number;
  /** Requests arrive over a Unix socket. */
  readonly isUnix: boolean;
  /** Nobody sends {@linkcode SERVE_SIGNAL}, so the preload module waits for some time instead. */
  readonly isAlone: boolean;
  /** The preload module waits for a byte on the standard input before it returns. */
  readonly isParked: boolean;
  /** The preload module loads Deno's modules for Node.js before it waits. */
  readonly usesNode: boolean;
  /** A person debugs the instance: it takes no messages of queues; `false` if left out. */
  readonly isDebugged?: boolean;
  /** The debugger stops just before the function's own code; `false` if left out. */
  readonly breaks?: boolean;
  /** The process ends when this one is not its parent any more; nothing watches it when left out. */
  readonly parent?: number;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Signal by which the supervisor asks the preload module to serve the default export: the loaded
 * process waits for events, and listens on no port. The kernel ignores it by default, and Deno and
 * libraries do not use it.
 */
export const SERVE_SIGNAL = "SIGURG";

/**
 * Returns true once the preload module holds a shared lock of the start file (flock(2)), which it
 * takes when all modules have been evaluated. A function can take it at any time, which only makes
 * ddsrv wait less for its listeners.
 */
export function hasLoaded(path: string): boolean {
  return isLocked(path);
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
