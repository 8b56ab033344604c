import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Launch } from "../sandbox/sandbox.ts";
import { feedInput } from "../system/feed_input.ts";
import { killWithChildren } from "../system/kill_with_children.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/** Host path of the fetcher's module. */
export const FETCHER_FILE: string = fileURLToPath(new URL("fetcher.js", import.meta.url));

/** Name of the socket on which the supervisor sends commands, in the directory of all checks. */
const COMMAND_SOCKET = "orders.sock";

/** Name of the socket in the directory that a check sees. */
export const FETCH_SOCKET = "fetch.sock";

/** Options of {@linkcode createFetcher}. */
export interface FetcherOptions {
  /** Directory with a subdirectory for each running check; only the caller may write to it. */
  readonly directory: string;
  /** User of the fetcher's process; the caller when left out. */
  readonly uid?: number | undefined;
  readonly launch: Launch;
  readonly env: Readonly<Record<string, string>>;
  /** Timeout of one command in milliseconds; 120,000 when left out. */
  readonly answerMs?: number;
}

/** Fetches modules for checks, in a process that runs only while checks run. */
export interface Fetcher extends AsyncDisposable {
  /** Starts the process ahead of time; it stops when unused. The directory must exist. */
  readonly start: () => void;
  /**
   * Allows one check to fetch from these hosts: `host` for any port, or `host:port`.
   *
   * @throws {Error} when the process does not start or answer; the reason of `signal` when it
   * aborts
   */
  readonly open: (hosts: readonly string[], signal: AbortSignal) => Promise<FetchPlace>;
}

/** The fetcher's connection for one check. */
export interface FetchPlace extends AsyncDisposable {
  /** Host directory that contains {@linkcode FETCH_SOCKET}. */
  readonly directory: string;
  /**
   * Closes the connection, and returns failed fetches.
   *
   * @throws {Error} when the process ended: the result of the check is then unreliable
   */
  readonly close: () => Promise<Unfetched>;
}

/** Failed fetches. */
export interface Unfetched {
  /** Hosts (`host:port`) that the check may not use. */
  readonly refused: readonly string[];
  /** Temporary failures, as `host: reason`, such as unknown names, status 503 and timeouts. */
  readonly failed: readonly string[];
}

/** Time that the process keeps running after the last check, because checks come in bursts. */
const IDLE_MS = 10_000;

/** Default timeout of a command, far longer than a start on a slow, busy machine. */
const ANSWER_MS = 120_000;

/** Creates the fetcher of one supervisor. */
export function createFetcher(options: FetcherOptions): Fetcher {
  const { directory, uid } = options;
  let running: FetcherProcess | undefined;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;
  const closed = new AbortController();
  let opened = 0;
  let users = 0;

  async function end(): Promise<void> {
    clearTimeout(idleTimer);
    const ending = running;
    running = undefined;
    await ending?.kill();
  }

  function stopWhenIdle(): void {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => void end(), IDLE_MS);
  }

  function ensureRunning(): FetcherProcess {
    if (running === undefined || running.hasEnded()) running = startProcess(options);
    return running;
  }

  return {
    start() {
      if (closed.signal.aborted) return;
      ensureRunning();
      if (users === 0) stopWhenIdle();
    },
    async open(hosts, signal) {
      AbortSignal.any([signal, closed.signal]).throwIfAborted();
      clearTimeout(idleTimer);
      users++;
      const id = String(++opened);
      const checkDirectory = join(directory, id);
      let process: FetcherProcess | undefined;
      let closing: Promise<Unfetched> | undefined;
      const close = async (): Promise<Unfetched> => {
        try {
          const { refused = [], failed = [] } = await process?.send({ type: "close", id }, NEVER) ??
            {};
          return { refused, failed };
        } finally {
          // Without a process, there is nothing to stop.
          if (--users === 0 && running !== undefined) stopWhenIdle();
          await removeIfThere(checkDirectory);
        }
      };
      try {
        await Deno.mkdir(checkDirectory, { recursive: true, mode: 0o755 });
        // No other user can write to the parent directory.
        if (uid !== undefined) await Deno.chown(checkDirectory, uid, uid);
        process = ensureRunning();
        await process.send({ type: "open", id, hosts }, signal);
        AbortSignal.any([signal, closed.signal]).throwIfAborted();
      } catch (error) {
        await close().catch(() => {});
        throw error;
      }
      return {
        directory: checkDirectory,
        close: () => closing ??= close(),
        async [Symbol.asyncDispose]() {
          // A caller that needs the result has called close().
          await (closing ??= close()).catch(() => {});
        },
      };
    },
    async [Symbol.asyncDispose]() {
      closed.abort(new Error("Cannot fetch modules: ddsrv is stopping"));
      await end();
    },
  };
}

type Command =
  | { readonly type: "open"; readonly id: string; readonly hosts: readonly string[] }
  | { readonly type: "close"; readonly id: string };

/** Reply to a command. */
interface Reply extends Partial<Unfetched> {
  readonly type: Command["type"];
  readonly id: string;
  readonly problem?: string;
}

interface FetcherProcess {
  /** @throws {Error} when the process can't run the command, does not answer, or has ended */
  readonly send: (command: Command, signal: AbortSignal) => Promise<Reply>;
  readonly hasEnded: () => boolean;
  readonly kill: () => Promise<void>;
}

const NO_ANSWER =
  "The process that fetches modules for checks does not answer, so ddsrv restarts it. If this " +
  "happens again, the machine has too little memory or is overloaded";

/** Closing a check never aborts. */
const NEVER = new AbortController().signal;

function startProcess(options: FetcherOptions): FetcherProcess {
  const { launch, env, directory, uid } = options;
  const path = join(directory, COMMAND_SOCKET);
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
  let errors = "";
  const lines = openLines(listener, (line) => {
    const reply = JSON.parse(line) as Reply;
    waiting.get(`${reply.type}-${reply.id}`)?.resolve(reply);
  });
  const reading = readLines(
    child.stderr,
    (line) => errors = `${errors}${line}\n`.slice(-MAX_QUOTED),
  );
  const ended = child.status.then(async ({ code }) => {
    isRunning = false;
    await reading;
    lines.close();
    const error = new Error(
      `The process that fetches modules for checks exited with ${code}: ${errors.trim()}`,
    );
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  });
  return {
    hasEnded: () => !isRunning,
    async send(command, signal) {
      if (!isRunning) {
        throw new Error(
          "The process that fetches modules for checks has exited. ddsrv restarts it for the next check",
        );
      }
      const answered = Promise.withResolvers<Reply>();
      const abort = (): void => answered.reject(signal.reason);
      const timer = setTimeout(() => {
        answered.reject(new Error(NO_ANSWER));
        // The next check starts a new process.
        if (isRunning) void killWithChildren(child.pid);
      }, options.answerMs ?? ANSWER_MS);
      // A late reply to an aborted command must not count as the reply to the next one.
      const id = `${command.type}-${command.id}`;
      waiting.set(id, answered);
      signal.addEventListener("abort", abort, { once: true });
      try {
        lines.send(JSON.stringify(command));
        const reply = await answered.promise;
        if (reply.problem === undefined) return reply;
        throw new Error(`Cannot fetch modules for the check: ${reply.problem}`);
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

/** Sends and receives lines on the first connection. */
interface Lines {
  readonly send: (line: string) => void;
  readonly close: () => void;
}

function openLines(listener: Deno.UnixListener, onLine: (line: string) => void): Lines {
  let isConnected = false;
  const connected = listener.accept().then((one) => {
    isConnected = true;
    listener.close();
    void readLines(one.readable, onLine).catch(() => {});
    return one.writable.getWriter();
  });
  // Without a connection, the end of the process explains why.
  connected.catch(() => {});
  return {
    send(line) {
      const bytes = new TextEncoder().encode(`${line}\n`);
      connected.then((writer) => writer.write(bytes)).catch(() => {});
    },
    close() {
      // A connection closes automatically when its other end closes.
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

/** Number of characters of standard error that an error message quotes. */
const MAX_QUOTED = 2_000;

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
