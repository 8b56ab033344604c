import { type NotifySocket, openNotifySocket } from "../../../lib/system/notify_socket.ts";
import { MAX_TIMER_MS } from "../../../lib/system/timeout_signal.ts";

/** Notifications to the service manager, see sd_notify(3). */
export interface Service extends Disposable {
  /** Reports that ddsrv serves. */
  readonly ready: () => void;
  /** Sends a status line soon; calls `describe` only then. */
  readonly status: (describe: () => string) => void;
  /** Runs a reload of the configuration and reports its begin and end. */
  readonly reload: (read: () => Promise<void>) => Promise<void>;
  /** Reports that ddsrv stops. */
  readonly stopping: () => void;
  /** Reports that another process is the main one from now on. */
  readonly replaced: (pid: number) => void;
  /** Variables by which that process finds the service manager. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Options of {@linkcode openService}. */
export interface ServiceOptions {
  readonly environment?: Pick<Deno.Env, "get" | "delete">;
  readonly pid: number;
  /** Sends nothing before: the service manager hears only the main process, see `NotifyAccess`. */
  readonly begin?: Promise<unknown> | undefined;
  readonly onWarning: (message: string) => void;
  readonly open?: (address: string) => NotifySocket;
}

/** The latest message; sent again if the service manager did not take it. */
interface Message {
  readonly state?: "READY=1" | `RELOADING=1\nMONOTONIC_USEC=${bigint}` | "STOPPING=1";
  readonly status?: () => string;
}

const REMEDY = "ddsrv serves anyway. Start it with its service manager, or without NOTIFY_SOCKET";

/** Minimum interval between two status lines. */
const STATUS_PAUSE_MS = 250;

const RETRY_MS = 1_000;

/**
 * Connects to the service manager that started this process, if there is one. Removes its variables
 * from the environment, so that no child process can send notifications. Watchdog pings come from
 * the event loop, so they stop if it hangs.
 */
export function openService(options: ServiceOptions): Service {
  const { environment = Deno.env, pid, onWarning, open = openNotifySocket } = options;
  const address = environment.get("NOTIFY_SOCKET");
  const watchdogMs = watchdogInterval(environment, pid);
  const watchdogText = environment.get("WATCHDOG_USEC");
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
  let isHeld = options.begin !== undefined;
  void options.begin?.then(() => {
    isHeld = false;
    flush();
  });

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (isHeld || unsaid.state === undefined && unsaid.status === undefined) return;
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
    : setInterval(() => isHeld || send("WATCHDOG=1"), watchdogMs);

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
    replaced: (pid) => void send(`MAINPID=${pid}`),
    environment: {
      NOTIFY_SOCKET: address,
      ...watchdogMs === undefined ? {} : { WATCHDOG_USEC: watchdogText! },
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      clearInterval(watchdog);
      socket[Symbol.dispose]();
    },
  };
}

const UNMANAGED: Service = {
  ready() {},
  status() {},
  reload: (read) => read(),
  stopping() {},
  replaced() {},
  environment: {},
  [Symbol.dispose]() {},
};

/** Returns half of the watchdog's timeout, see sd_watchdog_enabled(3), if it is for this process. */
function watchdogInterval(environment: Pick<Deno.Env, "get">, pid: number): number | undefined {
  const microseconds = Number(environment.get("WATCHDOG_USEC"));
  if (!(microseconds > 0 && microseconds < Infinity)) return undefined;
  const wanted = environment.get("WATCHDOG_PID");
  return wanted && Number(wanted) !== pid
    ? undefined
    : Math.min(microseconds / 2_000, MAX_TIMER_MS);
}

function formatMessage({ state, status }: Message): string {
  return [
    ...(state === undefined ? [] : [state]),
    ...(status === undefined ? [] : [`STATUS=${status()}`]),
  ]
    .join("\n");
}

/** Returns the warning for a service manager that does not receive messages. */
function describeSilence(address: string): string {
  return `Cannot notify the service manager: nothing receives messages at "${address}" ` +
    `(NOTIFY_SOCKET). ${REMEDY}`;
}
