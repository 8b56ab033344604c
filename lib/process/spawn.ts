import { readChildren } from "../system/children.ts";
import { feedInput } from "../system/feed_input.ts";
import { killWithChildren, sendSignal } from "../system/kill_with_children.ts";
import { sleep } from "../system/sleep.ts";
import { type Exit, parseExit } from "./exit.ts";
import { createLineBudget } from "./line_budget.ts";
import { createLineSplitter, type OutputLine } from "./lines.ts";

/** Output stream of a process. */
export type StreamName = "stdout" | "stderr";

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
  readonly onLine: (stream: StreamName, line: OutputLine) => void;
}

/** A running process of a function. */
export interface FunctionProcess {
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

/** Lines that are handled in one turn of the event loop. */
const LINES_PER_TURN = 200;

/** Pauses between lookups of the process id; lookups must not slow down many concurrent starts. */
const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 20;

/** Maximum time for reading output after the process has exited. */
const DRAIN_OUTPUT_MS = 200;

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
  const child = new Deno.Command(program, {
    args,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...options.env },
    clearEnv: true,
    // Ctrl-C in a terminal must reach the supervisor only, which drains requests first.
    detached: true,
    stdin: options.input === undefined && !options.gates ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.input !== undefined) void feedInput(child, options.input);
  const gate = options.gates ? openGate(child, options.gates) : undefined;
  const outputs = [
    openOutput(child.stdout, (line) => options.onLine("stdout", line)),
    openOutput(child.stderr, (line) => options.onLine("stderr", line)),
  ];
  const findPid = options.isDirect ? (pid: number) => Promise.resolve(pid) : readInnerPid;
  let isRunning = true;
  const ended = child.status.then(async (status) => {
    isRunning = false;
    await gate?.close();
    await Promise.all(outputs.map((output) => output.finish(DRAIN_OUTPUT_MS)));
    return parseExit(status);
  });
  return {
    ended,
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
      if (!isRunning) return;
      // Without an inner process, there is nothing to shut down gracefully.
      sendSignal(pid ?? child.pid, "SIGTERM");
    },
    kill: async () => {
      if (isRunning) await killWithChildren(child.pid);
    },
  };
}

/** Deno is the first child of process 1 of the sandbox, which is the only child of bwrap. */
async function readInnerPid(sandboxPid: number): Promise<number | undefined> {
  const [first] = await readChildren(sandboxPid);
  return first === undefined ? undefined : (await readChildren(first))[0];
}

interface Output {
  /** Waits at most `ms` for the stream's end, because another process may have the pipe open. */
  readonly finish: (ms: number) => Promise<void>;
}

function openOutput(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: OutputLine) => void,
): Output {
  const splitter = createLineSplitter();
  const budget = createLineBudget();
  const reader = stream.getReader();
  const deliver = async (lines: readonly OutputLine[]): Promise<void> => {
    for (const [index, line] of lines.entries()) {
      for (const one of budget.admit(line, performance.now())) onLine(one);
      // Let other functions have their turn.
      if (index % LINES_PER_TURN === LINES_PER_TURN - 1) await sleep(0);
    }
  };
  const read = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      await deliver(splitter.push(value));
    }
    await deliver(splitter.end());
    budget.end().forEach(onLine);
  };
  const finished = read();
  // `finish` waits for it; until then, an error must not count as unhandled.
  finished.catch(() => {});
  return {
    finish: async (ms) => {
      const timer = setTimeout(() => reader.cancel(), ms);
      await finished;
      clearTimeout(timer);
    },
  };
}
