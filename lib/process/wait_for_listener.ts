import { readProcFile } from "../system/read_proc_file.ts";
import { sleep } from "../system/sleep.ts";
import { chooseListener, type Listener, mayHaveSockets, parseSocketTable } from "./socket_table.ts";

/** How {@linkcode waitForListener} waits. */
export interface ReadinessOptions {
  /** A process in the function's network namespace; its own process id, not bwrap's. */
  readonly pid: number;
  readonly preferredPort: number;
  /** Ends the wait: the process ended, it took too long, nobody wants it any more. */
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 50;
/** How long another port must have been open until it is taken for want of the preferred one. */
const OTHER_PORT_MS = 150;

/**
 * Waits until a process listens, and gives where; `undefined` when the signal aborts first. The
 * kernel tells without an attempt to connect, which the process would see. When another port than
 * the preferred one is seen first, the preferred one is given a moment.
 */
export async function waitForListener(options: ReadinessOptions): Promise<Listener | undefined> {
  const { pid, preferredPort, signal } = options;
  let pauseMs = FIRST_PAUSE_MS;
  let otherSinceMs: number | undefined;
  while (!signal.aborted) {
    const found = chooseListener(await readListeners(pid), preferredPort);
    const nowMs = performance.now();
    otherSinceMs = found === undefined ? undefined : otherSinceMs ?? nowMs;
    const isPreferred = found?.port === preferredPort && found.scope === "any";
    if (isPreferred || nowMs - (otherSinceMs ?? nowMs) >= OTHER_PORT_MS) return found;
    await sleep(pauseMs, signal);
    pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 1.2);
  }
  return undefined;
}

/** All listening sockets of a process's network namespace. */
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
