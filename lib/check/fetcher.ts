import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Launch } from "../sandbox/sandbox.ts";
import { feedInput } from "../system/feed_input.ts";
import { killWithChildren } from "../system/kill_with_children.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/** The fetcher's module, on the host. */
export const FETCHER_FILE: string = fileURLToPath(new URL("fetcher.js", import.meta.url));

/** Name of the socket by which the fetcher asks for orders, in the directory of all checks. */
const ORDERS_SOCKET = "orders.sock";

/** Name of the socket in the directory that a check sees. */
export const FETCH_SOCKET = "fetch.sock";

/** Options for starting the fetcher. */
export interface FetcherOptions {
  /** Holds a directory for each check while it runs; the caller alone may write to it. */
  readonly directory: string;
  /** User of the fetcher's process; the caller's own when left out. */
  readonly uid?: number | undefined;
  /** The whole command, with the sandbox around it. */
  readonly launch: Launch;
  readonly env: Readonly<Record<string, string>>;
  /** Timeout of one order in milliseconds; 120,000 when left out. */
  readonly answerMs?: number;
}

/** Fetches for checks, in a process that is there only while checks are. Disposing of it ends it. */
export interface Fetcher extends AsyncDisposable {
  /** Starts the process ahead of its first use; it ends again when nobody opens. The directory exists. */
  readonly start: () => void;
  /**
   * Lets one check fetch from these hosts: `host` for any port, or `host:port`.
   *
   * @throws {Error} when the process does not start or answer; the reason of `signal` when it aborts
   */
  readonly open: (hosts: readonly string[], signal: AbortSignal) => Promise<FetchPlace>;
}

/** The connection through which one check fetches. */
export interface FetchPlace extends AsyncDisposable {
  /** Directory of the host that holds {@linkcode FETCH_SOCKET}. */
  readonly directory: string;
  /**
   * Ends it, and tells what it did not fetch.
   *
   * @throws {Error} when the process ended meanwhile: the result of the check is then unreliable
   */
  readonly close: () => Promise<Unfetched>;
}

/** Fetches that came to nothing. */
export interface Unfetched {
  /** Hosts (`host:port`) that the check may not use. */
  readonly refused: readonly string[];
  /**
   * Failures that may pass, as `host: reason`: names that don't resolve, hosts that answer 503 or send
   * nothing for half a minute.
   */
  readonly failed: readonly string[];
}

/** The process stays this long after the last check, because checks come in bursts. */
const LINGER_MS = 10_000;

/** Default timeout of an order. Starting takes half a second, and far more on a slow, busy machine. */
const ANSWER_MS = 120_000;

/** A fetcher of one supervisor. */
export function createFetcher(options: FetcherOptions): Fetcher {
  const { directory, uid } = options;
  let running: FetcherProcess | undefined;
  let lingering: ReturnType<typeof setTimeout> | undefined;
  const closed = new AbortController();
  let opened = 0;
  let users = 0;

  async function end(): Promise<void> {
    clearTimeout(lingering);
    const ending = running;
    running = undefined;
    await ending?.kill();
  }

  function linger(): void {
    clearTimeout(lingering);
    lingering = setTimeout(() => void end(), LINGER_MS);
  }

  function present(): FetcherProcess {
    if (running === undefined || running.hasEnded()) running = startProcess(options);
    return running;
  }

  return {
    start() {
      if (closed.signal.aborted) return;
      present();
      if (users === 0) linger();
    },
    async open(hosts, signal) {
      AbortSignal.any([signal, closed.signal]).throwIfAborted();
      clearTimeout(lingering);
      users++;
      const id = String(++opened);
      const own = join(directory, id);
      let process: FetcherProcess | undefined;
      let closing: Promise<Unfetched> | undefined;
      const close = async (): Promise<Unfetched> => {
        try {
          const { refused = [], failed = [] } =
            await process?.order({ type: "close", id }, NEVER) ?? {};
          return { refused, failed };
        } finally {
          // Without a process there is nothing to end later.
          if (--users === 0 && running !== undefined) linger();
          await removeIfThere(own);
        }
      };
      try {
        await Deno.mkdir(own, { recursive: true, mode: 0o755 });
        // No other user writes to the directory that this one is in.
        if (uid !== undefined) await Deno.chown(own, uid, uid);
        process = present();
        await process.order({ type: "open", id, hosts }, signal);
        AbortSignal.any([signal, closed.signal]).throwIfAborted();
      } catch (error) {
        await close().catch(() => {});
        throw error;
      }
      return {
        directory: own,
        close: () => closing ??= close(),
        async [Symbol.asyncDispose]() {
          // Who wants to know how it ended has asked for it.
          await (closing ??= close()).catch(() => {});
        },
      };
    },
    async [Symbol.asyncDispose]() {
      closed.abort(new Error("Nothing is fetched any more: ddsrv ends"));
      await end();
    },
  };
}

type Order =
  | { readonly type: "open"; readonly id: string; readonly hosts: readonly string[] }
  | { readonly type: "close"; readonly id: string };

/** The answer to an order. */
interface Reply extends Partial<Unfetched> {
  readonly type: Order["type"];
  readonly id: string;
  readonly problem?: string;
}

interface FetcherProcess {
  /** @throws {Error} when the process can't do it, does not answer, or has ended */
  readonly order: (order: Order, signal: AbortSignal) => Promise<Reply>;
  readonly hasEnded: () => boolean;
  readonly kill: () => Promise<void>;
}

const SILENT =
  "The process that fetches modules for checks does not answer, and is started anew. " +
  "If this comes again, the machine has too little memory or too much to do";

/** A check is closed also when it was aborted. */
const NEVER = new AbortController().signal;

function startProcess(options: FetcherOptions): FetcherProcess {
  const { launch, env, directory, uid } = options;
  const path = join(directory, ORDERS_SOCKET);
  removeSocket(path);
  const listener = Deno.listen({ transport: "unix", path });
  if (uid !== undefined) Deno.chownSync(path, uid, uid);
  const [program = "", ...args] = launch.command;
  const child = new Deno.Command(program, {
    args,
    env: { ...env },
    clearEnv: true,
    detached: true,
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  void feedInput(child, launch.input);
  const waiting = new Map<string, PromiseWithResolvers<Reply>>();
  let isRunning = true;
  let said = "";
  const talking = talk(listener, (line) => {
    const reply = JSON.parse(line) as Reply;
    waiting.get(`${reply.type}-${reply.id}`)?.resolve(reply);
  });
  const reading = readLines(child.stderr, (line) => said = `${said}${line}\n`.slice(-MAX_SAID));
  const ended = child.status.then(async ({ code }) => {
    isRunning = false;
    await reading;
    talking.close();
    const error = new Error(
      `The process that fetches modules for checks ended (exit code ${code}): ${said.trim()}`,
    );
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  });
  return {
    hasEnded: () => !isRunning,
    async order(order, signal) {
      if (!isRunning) throw new Error("The process that fetches modules for checks has ended");
      const answered = Promise.withResolvers<Reply>();
      const abort = (): void => answered.reject(signal.reason);
      const timer = setTimeout(() => {
        answered.reject(new Error(SILENT));
        // Another one is started for the next check.
        if (isRunning) void killWithChildren(child.pid);
      }, options.answerMs ?? ANSWER_MS);
      // The answer to an order that was given up may still come, and is not that to the next.
      const id = `${order.type}-${order.id}`;
      waiting.set(id, answered);
      signal.addEventListener("abort", abort, { once: true });
      try {
        talking.send(JSON.stringify(order));
        const reply = await answered.promise;
        if (reply.problem === undefined) return reply;
        throw new Error(`Modules can't be fetched for the check: ${reply.problem}`);
      } finally {
        waiting.delete(id);
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
      }
    },
    async kill() {
      if (isRunning) await killWithChildren(child.pid);
      await ended;
    },
  };
}

/** Lines to and from the first that connects. */
interface Talk {
  readonly send: (line: string) => void;
  readonly close: () => void;
}

function talk(listener: Deno.UnixListener, onLine: (line: string) => void): Talk {
  let isConnected = false;
  const connected = listener.accept().then((one) => {
    isConnected = true;
    listener.close();
    void readLines(one.readable, onLine).catch(() => {});
    return one.writable.getWriter();
  });
  // Without one, there is nobody to talk to: the end of its process tells why.
  connected.catch(() => {});
  return {
    send(line) {
      const bytes = new TextEncoder().encode(`${line}\n`);
      connected.then((writer) => writer.write(bytes)).catch(() => {});
    },
    close() {
      // Once its other end has gone, a connection closes by itself.
      if (!isConnected) listener.close();
    },
  };
}

function removeSocket(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Characters of its standard error that are kept for an error message. */
const MAX_SAID = 2_000;

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (text + chunk).split("\n");
    text = lines.pop()!;
    lines.forEach(onLine);
  }
}
