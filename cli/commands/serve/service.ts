import { type NotifySocket, openNotifySocket } from "../../../lib/system/notify_socket.ts";

/** What a service manager is told of this process, in the words of sd_notify(3). */
export interface Service extends Disposable {
  /** It serves. */
  readonly ready: () => void;
  /** How it is has changed; it is put into one line when that is sent. */
  readonly status: (describe: () => string) => void;
  /** Reads the configuration again, and tells of it before and after. */
  readonly reload: (read: () => Promise<void>) => Promise<void>;
  /** It ends. */
  readonly stopping: () => void;
}

/** Where a service manager is, and how it is spoken to. */
export interface ServiceOptions {
  readonly environment?: Pick<Deno.Env, "get" | "delete">;
  readonly pid: number;
  readonly onWarning: (message: string) => void;
  readonly open?: (address: string) => NotifySocket;
}

/** What is said last counts; what nobody took is said again. */
interface Message {
  readonly state?: "READY=1" | `RELOADING=1\nMONOTONIC_USEC=${bigint}` | "STOPPING=1";
  readonly status?: () => string;
}

const REMEDY = "It serves nevertheless. Start it by its service manager, or without NOTIFY_SOCKET";

/** Functions come and go in crowds; one line in this time is enough. */
const STATUS_PAUSE_MS = 250;

/** The longest that a timer can be set for. */
const LONGEST_MS = 2 ** 31 - 1;

/** Until what nobody took is said again. */
const RETRY_MS = 1_000;

/**
 * Speaks to the service manager that started this process, if one did: its variables are taken out
 * of the environment, so that no child speaks in our name. Ticks of the watchdog come from the event
 * loop, and stop with it.
 */
export function openService(options: ServiceOptions): Service {
  const { environment = Deno.env, pid, onWarning, open = openNotifySocket } = options;
  const address = environment.get("NOTIFY_SOCKET");
  const watchdogMs = watchdogInterval(environment, pid);
  for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) environment.delete(name);
  if (!address) return UNMANAGED;
  let socket: NotifySocket;
  try {
    socket = open(address);
  } catch (error) {
    onWarning(`${(error as Error).message}. ${REMEDY}`);
    return UNMANAGED;
  }
  const silence = describeSilence(address);
  let unsaid: Message = {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isHeard = true;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (unsaid.state === undefined && unsaid.status === undefined) return;
    if (send(formatMessage(unsaid))) unsaid = {};
    else timer = setTimeout(flush, RETRY_MS);
  }

  function send(message: string): boolean {
    const wasHeard = isHeard;
    isHeard = socket.send(message);
    if (wasHeard && !isHeard) onWarning(silence);
    return isHeard;
  }

  function say(message: Message): void {
    unsaid = { ...unsaid, ...message };
    flush();
  }

  const watchdog = watchdogMs === undefined
    ? undefined
    : setInterval(() => send("WATCHDOG=1"), watchdogMs);

  return {
    ready: () => say({ state: "READY=1" }),
    status(status) {
      unsaid = { ...unsaid, status };
      timer ??= setTimeout(flush, STATUS_PAUSE_MS);
    },
    async reload(read) {
      say({ state: `RELOADING=1\nMONOTONIC_USEC=${socket.monotonicMicroseconds()}` });
      try {
        await read();
      } finally {
        say({ state: "READY=1" });
      }
    },
    stopping: () => say({ state: "STOPPING=1", status: () => "stopping" }),
    [Symbol.dispose]() {
      clearTimeout(timer);
      clearInterval(watchdog);
      socket[Symbol.dispose]();
    },
  };
}

/** Nobody started this process who wants to know. */
const UNMANAGED: Service = {
  ready() {},
  status() {},
  reload: (read) => read(),
  stopping() {},
  [Symbol.dispose]() {},
};

/** Half of the watchdog's time, as sd_watchdog_enabled(3) says, where it is meant for this process. */
function watchdogInterval(environment: Pick<Deno.Env, "get">, pid: number): number | undefined {
  const microseconds = Number(environment.get("WATCHDOG_USEC"));
  if (!(microseconds > 0 && microseconds < Infinity)) return undefined;
  const wanted = environment.get("WATCHDOG_PID");
  return wanted && Number(wanted) !== pid ? undefined : Math.min(microseconds / 2_000, LONGEST_MS);
}

function formatMessage({ state, status }: Message): string {
  return [
    ...(state === undefined ? [] : [state]),
    ...(status === undefined ? [] : [`STATUS=${status()}`]),
  ]
    .join("\n");
}

/** The warning when nobody listens. */
function describeSilence(address: string): string {
  return `Cannot tell the service manager how ddsrv is: nobody takes messages at "${address}", ` +
    `which NOTIFY_SOCKET names. ${REMEDY}`;
}
