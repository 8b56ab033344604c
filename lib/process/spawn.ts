import { readChildren } from "../system/children.ts";
import { feedInput } from "../system/feed_input.ts";
import { killWithChildren, sendSignal } from "../system/kill_with_children.ts";
import { sleep } from "../system/sleep.ts";
import { type Exit, parseExit } from "./exit.ts";
import type { LineReceiver, StreamName } from "./lines.ts";
import { type OutputReading, readLines } from "./read_lines.ts";
import { readStream } from "./read_stream.ts";

export type { StreamName } from "./lines.ts";

/** Options of {@linkcode spawnFunction}. */
export interface SpawnOptions {
  /** Program and arguments of the launch chain; see `sandboxCommand`. */
  readonly command: readonly string[];
  /** Text for its standard input, which the launch chain reads; none if left out. */
  readonly input?: string;
  /**
   * Number of times that it waits for a byte on its standard input, see `FunctionProcess.release`; 0
   * when left out.
   */
  readonly gates?: number;
  /** Working directory; the caller's if left out. */
  readonly cwd?: string;
  /** The command runs Deno directly, without a sandbox. */
  readonly isDirect?: boolean;
  /** The complete environment. Secrets belong here, because other users can read arguments. */
  readonly env: Readonly<Record<string, string>>;
  /** Maximum lines of output a second; Infinity for no limit. */
  readonly logRate: number;
  readonly onLine: LineReceiver;
  /**
   * Receives the output as it is, instead of `onLine`, and keeps the standard input open for the
   * caller. Its promise delays the next read, so that a slow receiver slows the process down.
   */
  readonly onBytes?: ((stream: StreamName, bytes: Uint8Array) => Promise<void>) | undefined;
  /** The command is the only child of the process that is spawned; `false` when left out. */
  readonly isBelow?: boolean | undefined;
}

/** A running process of a function. */
export interface FunctionProcess {
  /** Its standard input, if `onBytes` receives its output. */
  readonly stdin?: WritableStream<Uint8Array<ArrayBuffer>>;
  /** Resolves when it has exited and its output was read. */
  readonly ended: Promise<Exit>;
  /** Waits for Deno's process id on the host. Resolves to `undefined` on exit or abort. */
  readonly findPid: (signal: AbortSignal) => Promise<number | undefined>;
  /** Lets a parked process pass each gate but the last. */
  readonly approach: () => Promise<void>;
  /** Lets a parked process continue; without effect on any other. */
  readonly release: () => Promise<void>;
  /** Sends SIGTERM to Deno itself, because bwrap would kill it at once. */
  readonly terminate: () => Promise<void>;
  /** Kills the sandbox with all its processes. */
  readonly kill: () => Promise<void>;
}

/** Pauses between lookups of the process id; lookups must not slow down many concurrent starts. */
const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 20;

/** Limits for reading output after the process has exited. A pipe holds at most 1 MiB (pipe(7)). */
const REST_OF_OUTPUT = { idleMs: 200, maxBytes: 1024 ** 2 };

/** The standard input of a parked process. */
interface Gate {
  readonly approach: () => Promise<void>;
  readonly release: () => Promise<void>;
  readonly close: () => Promise<void>;
}

function openGate(child: Deno.ChildProcess, count: number): Gate {
  const writer = child.stdin.getWriter();
  let left = count;
  const send = async (bytes: number): Promise<void> => {
    left -= bytes;
    // It may have ended; its exit status says why.
    await writer.write(new Uint8Array(bytes)).catch(() => {});
  };
  const close = async (): Promise<void> => {
    left = 0;
    await writer.close().catch(() => {});
  };
  return {
    async approach() {
      if (left > 1) await send(left - 1);
    },
    async release() {
      if (left > 0) await send(left);
      await close();
    },
    close,
  };
}

/** Starts a process. Must run on the main thread, which the parent-death signal is bound to. */
export function spawnFunction(options: SpawnOptions): FunctionProcess {
  const [program = "", ...args] = options.command;
  const { onBytes } = options;
  const isPiped = options.input !== undefined || Boolean(options.gates) || onBytes !== undefined;
  const child = new Deno.Command(program, {
    args,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...options.env },
    clearEnv: true,
    // Ctrl-C in a terminal must reach the supervisor only, which drains requests first.
    detached: true,
    stdin: isPiped ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.input !== undefined) void feedInput(child, options.input);
  const gate = options.gates ? openGate(child, options.gates) : undefined;
  const output = onBytes === undefined
    ? readLines(child, { logRate: options.logRate, onLine: options.onLine })
    : passOn(child, onBytes);
  const findTop = options.isBelow ? readFirstChild : (pid: number) => Promise.resolve(pid);
  const findPid = async (pid: number): Promise<number | undefined> => {
    const top = await findTop(pid);
    return options.isDirect || top === undefined ? top : await readInnerPid(top);
  };
  let isRunning = true;
  const ended = child.status.then(async (status) => {
    isRunning = false;
    await gate?.close();
    await output.finish(REST_OF_OUTPUT);
    return parseExit(status);
  });
  return {
    ended,
    ...onBytes === undefined ? {} : { stdin: child.stdin },
    approach: async () => await gate?.approach(),
    release: async () => await gate?.release(),
    findPid: async (signal) => {
      let pauseMs = FIRST_PAUSE_MS;
      while (isRunning && !signal.aborted) {
        const pid = await findPid(child.pid);
        if (pid !== undefined) return pid;
        await sleep(pauseMs, signal);
        pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 1.2);
      }
      return undefined;
    },
    terminate: async () => {
      const pid = await findPid(child.pid);
      // Without an inner process, there is nothing to shut down gracefully, and bwrap alone would
      // leave its child behind.
      if (pid === undefined) await kill();
      else if (isRunning) sendSignal(pid, "SIGTERM");
    },
    kill,
  };

  async function kill(): Promise<void> {
    const top = options.isBelow && isRunning ? await readFirstChild(child.pid) : undefined;
    if (isRunning && top !== undefined) await killWithChildren(top);
    if (isRunning) await killWithChildren(child.pid);
  }
}

/** Deno is the first child of process 1 of the sandbox, which is the only child of bwrap. */
async function readInnerPid(sandboxPid: number): Promise<number | undefined> {
  const [first] = await readChildren(sandboxPid);
  return first === undefined ? undefined : (await readChildren(first))[0];
}

async function readFirstChild(pid: number): Promise<number | undefined> {
  return (await readChildren(pid))[0];
}

/** Passes the streams on; a receiver that fails ends its stream. */
function passOn(
  child: Pick<Deno.ChildProcess, StreamName>,
  onBytes: NonNullable<SpawnOptions["onBytes"]>,
): OutputReading {
  const readings = (["stdout", "stderr"] as const).map((name) => {
    const reading = readStream(
      child[name],
      (bytes) => onBytes(name, bytes).catch(() => reading.stop()),
    );
    return reading;
  });
  return {
    async finish({ idleMs }) {
      const limits = { idleMs, maxBytes: Infinity };
      await Promise.all(readings.map((reading) => reading.finish(limits)));
    },
  };
}
