import { readProcFile } from "../system/read_proc_file.ts";
import { sleep } from "../system/sleep.ts";
import { withoutPort } from "./choose_listener.ts";
import { readMainThread } from "./main_thread.ts";
import { judgeStart, type StartRules, type StartWait } from "./readiness.ts";
import { type Listener, mayHaveSockets, parseSocketTable, withoutIpv6 } from "./socket_table.ts";

/** Options of {@linkcode waitForListener}. */
export interface ReadinessOptions extends StartRules {
  /** Id of a process in the function's network namespace, not that of bwrap. */
  readonly pid: number;
  /** Others reach the process by IPv6 too; `false` when left out. */
  readonly hasIpv6?: boolean;
  /** A port that is not for requests; none when left out. */
  readonly ignoredPort?: number | undefined;
  /** Returns true once the process has evaluated its modules. */
  readonly isLoaded: () => boolean;
  /** Called when the loaded process waits for events and does not listen; more than once. */
  readonly onQuiet?: () => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** The listener for requests, and all listeners of the process. */
export interface FoundListener {
  readonly listener: Listener;
  readonly listeners: readonly Listener[];
}

const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 50;
/** A look takes a tenth of a millisecond, and finds the listener half a pause late on average. */
const PAUSE_GROWTH = 1.1;
/** Idle time of a loaded process that does not listen, before `onQuiet`. */
const QUIET_MS = 20;

/**
 * Waits until a process listens on the port for requests, see `judgeStart`. Resolves to `undefined`
 * if the signal aborts first. Reads the kernel's tables instead of connecting, which the process
 * would notice.
 */
export async function waitForListener(
  options: ReadinessOptions,
): Promise<FoundListener | undefined> {
  const { pid, hasIpv6 = false, isLoaded: readLoaded, onQuiet, ignoredPort, signal, ...rules } =
    options;
  let pauseMs = FIRST_PAUSE_MS;
  let wait: StartWait | undefined;
  while (!signal.aborted) {
    const isLoaded = readLoaded();
    // Without a listener, only a loaded process can be quiet.
    const needsThread = wait?.port !== undefined || isLoaded;
    const isBusy = !needsThread || await readMainThread(pid) === "busy";
    const listeners = withoutPort(await readListeners(pid, { hasIpv6 }), ignoredPort);
    const look = { listeners, isLoaded, isBusy, atMs: performance.now() };
    const verdict = judgeStart(look, { ...rules, before: wait });
    if (verdict.type === "ready") return { listener: verdict.listener, listeners };
    const isNew = verdict.wait.port !== wait?.port;
    wait = verdict.wait;
    // The second look at a port usually decides.
    if (isNew && wait.port !== undefined) {
      pauseMs = FIRST_PAUSE_MS;
      continue;
    }
    if (listeners.length === 0 && isLoaded && wait.idleMs >= QUIET_MS) onQuiet?.();
    await sleep(pauseMs, signal);
    pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * PAUSE_GROWTH);
  }
  return undefined;
}

/** Reads all listening sockets in a process's network namespace, as others reach them. */
export async function readListeners(
  pid: number,
  { hasIpv6 = false }: Pick<ReadinessOptions, "hasIpv6"> = {},
): Promise<Listener[]> {
  const tables = await Promise.all([
    readTable(pid, { counters: "sockstat", table: "tcp" }),
    readTable(pid, { counters: "sockstat6", table: "tcp6" }),
  ]);
  const listeners = tables.flatMap(parseSocketTable);
  return hasIpv6 ? listeners : listeners.map(withoutIpv6);
}

async function readTable(
  pid: number,
  files: { readonly counters: string; readonly table: string },
): Promise<string> {
  if (!mayHaveSockets(await readProcFile(`/proc/${pid}/net/${files.counters}`))) return "";
  return await readProcFile(`/proc/${pid}/net/${files.table}`);
}
