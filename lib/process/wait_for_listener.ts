import { readProcFile } from "../system/read_proc_file.ts";
import { readMainThread } from "./main_thread.ts";
import { sleep } from "../system/sleep.ts";
import { chooseListener, type Listener, mayHaveSockets, parseSocketTable } from "./socket_table.ts";

/** Options of {@linkcode waitForListener}. */
export interface ReadinessOptions {
  /** Id of a process in the function's network namespace, not that of bwrap. */
  readonly pid: number;
  readonly preferredPort: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 50;
/** Idle time of the main thread after another port opened, without the preferred one. */
const OTHER_PORT_MS = 150;
/** Maximum time for the preferred port to open after another one. */
const MAX_OTHER_PORT_MS = 3_000;

/**
 * Waits until a process listens on a port. Resolves to `undefined` if the signal aborts first. Reads
 * the kernel's tables instead of connecting, which the process would notice. If another port opens
 * first, waits a moment for the preferred one. That moment is time in which the process has nothing to
 * do: on a busy host, it may be long until the process gets as far as the next line.
 */
export async function waitForListener(options: ReadinessOptions): Promise<Listener | undefined> {
  const { pid, preferredPort, signal } = options;
  let pauseMs = FIRST_PAUSE_MS;
  let other:
    | { readonly sinceMs: number; readonly lastMs: number; readonly idleMs: number }
    | undefined;
  while (!signal.aborted) {
    const found = chooseListener(await readListeners(pid), preferredPort);
    if (found?.port === preferredPort && found.scope === "any") return found;
    const nowMs = performance.now();
    if (found === undefined) other = undefined;
    else if (other === undefined) other = { sinceMs: nowMs, lastMs: nowMs, idleMs: 0 };
    else {
      const isBusy = await readMainThread(pid) === "busy";
      const idleMs = other.idleMs + (isBusy ? 0 : nowMs - other.lastMs);
      other = { ...other, lastMs: nowMs, idleMs };
      if (idleMs >= OTHER_PORT_MS || nowMs - other.sinceMs >= MAX_OTHER_PORT_MS) return found;
    }
    await sleep(pauseMs, signal);
    pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 1.2);
  }
  return undefined;
}

/** Reads all listening sockets in a process's network namespace. */
export async function readListeners(pid: number): Promise<Listener[]> {
  const tables = await Promise.all([
    readTable(pid, { counters: "sockstat", table: "tcp" }),
    readTable(pid, { counters: "sockstat6", table: "tcp6" }),
  ]);
  return tables.flatMap(parseSocketTable);
}

async function readTable(
  pid: number,
  files: { readonly counters: string; readonly table: string },
): Promise<string> {
  if (!mayHaveSockets(await readProcFile(`/proc/${pid}/net/${files.counters}`))) return "";
  return await readProcFile(`/proc/${pid}/net/${files.table}`);
}
