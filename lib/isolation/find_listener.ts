import { describeChoice, reconsider, withoutPort } from "../process/choose_listener.ts";
import {
  type FoundListener,
  readListeners,
  waitForListener,
} from "../process/wait_for_listener.ts";
import { hasLoaded, SERVE_SIGNAL } from "../sandbox/start_file.ts";
import type { Listener } from "../process/socket_table.ts";
import { sendSignal } from "../system/kill_with_children.ts";
import { sleep } from "../system/sleep.ts";

/** Options of {@linkcode findListener}. */
export interface ListenerSearch {
  readonly pid: number;
  /** Value of the variable `PORT`. */
  readonly port: number;
  /** Value of `PORT` where neither function nor operator names a port for this function. */
  readonly defaultPort: number;
  /** The supervisor reaches it by IPv6 too; `false` when left out. */
  readonly hasIpv6?: boolean;
  /** Port of its inspector, which is not for requests; none when left out. */
  readonly inspectorPort?: number | undefined;
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
  const { pid, port, hasIpv6 = false, startFile, inspectorPort, signal } = search;
  const found = await waitForListener({
    pid,
    hasIpv6,
    preferredPort: port,
    isPortNamed: port !== search.defaultPort,
    ignoredPort: inspectorPort,
    isLoaded: () => hasLoaded(startFile),
    onQuiet: () => sendSignal(pid, SERVE_SIGNAL),
    signal,
  });
  if (found === undefined) return undefined;
  const { listener, listeners } = found;
  reportChoice(search, { port: listener.port, listeners });
  return found;
}

/** Options of {@linkcode followListener}. */
export interface ListenerWatch extends ListenerSearch {
  /** Port that the search has found. */
  readonly found: number;
  readonly onMoved: (listener: Listener) => void | Promise<void>;
  readonly pause?: typeof sleep;
  readonly read?: typeof readListeners;
}

/** Times after the start at which to look again, each twice as long as the one before. */
const FIRST_LOOK_MS = 250;
const LAST_LOOK_MS = 64_000;

/**
 * Looks some more times at a function that is ready with another port than the preferred one, and
 * may still be on its way to the port for requests: a program often opens the port of its metrics
 * first, then connects to its database, and then begins to serve. Reports the better listener.
 */
export async function followListener(watch: ListenerWatch): Promise<void> {
  const { pid, port: preferredPort, defaultPort, hasIpv6 = false, signal } = watch;
  const { pause = sleep, read = readListeners } = watch;
  let port = watch.found;
  for (let ms = FIRST_LOOK_MS; ms <= LAST_LOOK_MS; ms *= 2) {
    if (port === preferredPort || preferredPort !== defaultPort) return;
    await pause(ms, signal);
    if (signal.aborted) return;
    const listeners = withoutPort(await read(pid, { hasIpv6 }), watch.inspectorPort);
    const better = reconsider(listeners, { port, preferredPort });
    if (better !== undefined) {
      port = better.port;
      await watch.onMoved(better);
    }
    reportChoice(watch, { port, listeners });
  }
}

function reportChoice(
  { port: preferredPort, onDoubt }: Pick<ListenerSearch, "port" | "onDoubt">,
  choice: { readonly port: number; readonly listeners: readonly Listener[] },
): void {
  const doubt = describeChoice({ ...choice, preferredPort });
  onDoubt(doubt === undefined ? [] : [doubt]);
}

/**
 * Returns why no listener of a process serves requests; `undefined` if it listens on no port, or
 * not for long enough yet.
 */
export async function explainListeners(
  pid: number,
  { port, defaultPort, hasIpv6 = false, inspectorPort }: Pick<
    ListenerSearch,
    "port" | "defaultPort" | "hasIpv6" | "inspectorPort"
  >,
): Promise<string | undefined> {
  const listeners = withoutPort(await readListeners(pid, { hasIpv6 }), inspectorPort);
  const other = listeners.find(({ scope }) => scope !== "unreachable");
  if (other === undefined && listeners.length > 0) {
    const [one] = listeners;
    return `It listens only on an IPv6 address (port ${
      one!.port
    }), and functions have no IPv6 here. ` +
      "Listen on 0.0.0.0 or 127.0.0.1";
  }
  if (other === undefined || port === defaultPort) return undefined;
  return `It listens on port ${other.port}, but its ddsrv.json names port ${port}. Change "port" in ` +
    "its ddsrv.json, or listen on the port in the variable PORT";
}
