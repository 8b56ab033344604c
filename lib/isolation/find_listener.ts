import { describeChoice } from "../process/choose_listener.ts";
import {
  type FoundListener,
  readListeners,
  waitForListener,
} from "../process/wait_for_listener.ts";
import { hasLoaded, SERVE_SIGNAL } from "../sandbox/start_file.ts";
import { sendSignal } from "../system/kill_with_children.ts";

/** Options of {@linkcode findListener}. */
export interface ListenerSearch {
  readonly pid: number;
  /** Value of the variable `PORT`. */
  readonly port: number;
  /** Value of `PORT` where neither function nor operator names a port for this function. */
  readonly defaultPort: number;
  /** Host path of the start file, by which the process shows that it has loaded. */
  readonly startFile: string;
  /** Called with a sentence if the choice may be wrong. */
  readonly onDoubt: (problems: readonly string[]) => void;
  readonly signal: AbortSignal;
}

/**
 * Waits for the listener of a function for requests, in its own network namespace. Asks the preload
 * module to serve the default export of a module that does not listen. Resolves to `undefined` if
 * the signal aborts first.
 */
export async function findListener(search: ListenerSearch): Promise<FoundListener | undefined> {
  const { pid, port, startFile, signal } = search;
  const found = await waitForListener({
    pid,
    preferredPort: port,
    isPortNamed: port !== search.defaultPort,
    isLoaded: () => hasLoaded(startFile),
    onQuiet: () => sendSignal(pid, SERVE_SIGNAL),
    signal,
  });
  if (found === undefined) return undefined;
  const { listener, listeners } = found;
  const doubt = describeChoice({ port: listener.port, listeners, preferredPort: port });
  search.onDoubt(doubt === undefined ? [] : [doubt]);
  return found;
}

/**
 * Returns why no listener of a process serves requests; `undefined` if it listens on no port, or
 * not for long enough yet.
 */
export async function explainListeners(
  pid: number,
  { port, defaultPort }: Pick<ListenerSearch, "port" | "defaultPort">,
): Promise<string | undefined> {
  const listeners = await readListeners(pid);
  const other = listeners.find(({ scope }) => scope !== "unreachable");
  if (other === undefined && listeners.length > 0) {
    const [one] = listeners;
    return `It listens only on an IPv6 address (port ${one!.port}). Listen on 0.0.0.0 or 127.0.0.1`;
  }
  if (other === undefined || port === defaultPort) return undefined;
  return `It listens on port ${other.port}, but its ddsrv.json names port ${port}. Change "port" in ` +
    "its ddsrv.json, or listen on the port in the variable PORT";
}
