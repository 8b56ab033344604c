import { chooseListener } from "./choose_listener.ts";
import { privateUseOf } from "./private_ports.ts";
import type { Listener } from "./socket_table.ts";

/** One look at a starting process. */
export interface StartLook {
  readonly listeners: readonly Listener[];
  /** Its modules have been evaluated. */
  readonly isLoaded: boolean;
  /** Its main thread ran, instead of waiting for events, just before the listeners were read. */
  readonly isBusy: boolean;
  /** Time by `performance.now()`. */
  readonly atMs: number;
}

/** Rules of a function for {@linkcode judgeStart}. */
export interface StartRules {
  readonly preferredPort: number;
  /** Only the preferred port counts. */
  readonly isPortNamed: boolean;
}

/** Times since one of the same circumstances: the same chosen port, or none. */
export interface StartWait {
  readonly port: number | undefined;
  readonly sinceMs: number;
  readonly lastMs: number;
  /** Time in which the loaded process had nothing to do. */
  readonly idleMs: number;
}

/** Result of {@linkcode judgeStart}. */
export type StartVerdict =
  | { readonly type: "ready"; readonly listener: Listener }
  | { readonly type: "wait"; readonly wait: StartWait };

/** Idle time before another port than the preferred one counts while modules still load. */
const LOADING_IDLE_MS = 150;
/** Idle time before a port that looks private counts. */
const PRIVATE_IDLE_MS = 1_000;
/** Maximum time for a better port to open, for a process that is always busy. */
const MAX_WAIT_MS = 3_000;

/**
 * Decides if a starting process is ready, and with which listener. The preferred port counts at
 * once. Another port counts when the modules have been evaluated and the main thread waits for
 * events: then all listeners of one program usually exist. While modules still load, for example
 * while a top-level `await` connects to a database, it needs some idle time, and so does a port that
 * looks private. Idle time is time in which the process has nothing to do: on a busy host, it may be
 * long until the process gets as far as the next line.
 */
export function judgeStart(
  look: StartLook,
  { before, ...rules }: StartRules & { readonly before: StartWait | undefined },
): StartVerdict {
  const { preferredPort, isPortNamed } = rules;
  const found = chooseListener(look.listeners, preferredPort);
  const isPreferred = found?.port === preferredPort;
  const listener = isPortNamed && !isPreferred ? undefined : found;
  if (listener !== undefined && isPreferred) return { type: "ready", listener };
  const wait = continueWait(look, { before, port: listener?.port });
  if (listener === undefined) return { type: "wait", wait };
  const neededMs = privateUseOf(listener.port) !== undefined
    ? PRIVATE_IDLE_MS
    : look.isLoaded
    ? 0
    : LOADING_IDLE_MS;
  // A single look may fall between two listeners; an idle main thread has opened all it could.
  const isSettled = !look.isBusy && wait.idleMs >= neededMs && before?.port === listener.port;
  const isLate = look.atMs - wait.sinceMs >= MAX_WAIT_MS;
  return isSettled || isLate ? { type: "ready", listener } : { type: "wait", wait };
}

function continueWait(
  { atMs, isBusy }: StartLook,
  { before, port }: {
    readonly before: StartWait | undefined;
    readonly port: number | undefined;
  },
): StartWait {
  if (before === undefined || before.port !== port) {
    return { port, sinceMs: atMs, lastMs: atMs, idleMs: 0 };
  }
  const idleMs = before.idleMs + (isBusy ? 0 : atMs - before.lastMs);
  return { ...before, lastMs: atMs, idleMs };
}
