import { readChildren } from "../system/children.ts";
import { feedInput } from "../system/feed_input.ts";
import { killWithChildren, sendSignal } from "../system/kill_with_children.ts";
import { sleep } from "../system/sleep.ts";
import { type Exit, parseExit } from "./exit.ts";
import { createLineBudget } from "./line_budget.ts";
import { createLineSplitter, type OutputLine } from "./lines.ts";

/** Which of a process's two streams a line came from. */
export type StreamName = "stdout" | "stderr";

/** How {@linkcode spawnFunction} starts a process. */
export interface SpawnOptions {
  /** The launch chain, see `sandboxCommand`. */
  readonly command: readonly string[];
  /** Text for its standard input, which the launch chain reads itself; none when left out. */
  readonly input?: string;
  /** Working directory; the caller's own when left out. */
  readonly cwd?: string;
  /** The command is the process itself, with no sandbox around it. */
  readonly isDirect?: boolean;
  /** The whole environment; secrets go here and never into the arguments. */
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (stream: StreamName, line: OutputLine) => void;
}

/** A process in its sandbox. */
export interface FunctionProcess {
  /** Resolves when it has ended and all it said has been read. */
  readonly ended: Promise<Exit>;
  /** Process id of Deno itself as the host sees it, once it is there. */
  readonly findPid: (signal: AbortSignal) => Promise<number | undefined>;
  /** Sends SIGTERM to Deno itself: bwrap would end it hard. */
  readonly terminate: () => Promise<void>;
  /** Ends the sandbox and all that is in it. */
  readonly kill: () => Promise<void>;
}

/** Lines that are handled before anything else may be. */
const LINES_AT_ONCE = 200;

/** Between looks for the process; where many start at once, looks would take the time they need. */
const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 20;

/** How long output is still read after the process has ended. */
const DRAIN_OUTPUT_MS = 200;

/** Starts a process; the parent-death signal wants that this is done on the main thread. */
export function spawnFunction(options: SpawnOptions): FunctionProcess {
  const [program = "", ...args] = options.command;
  const child = new Deno.Command(program, {
    args,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...options.env },
    clearEnv: true,
    // Ctrl-C at a terminal is for the supervisor, which lets requests finish first.
    detached: true,
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.input !== undefined) void feedInput(child, options.input);
  const outputs = [
    openOutput(child.stdout, (line) => options.onLine("stdout", line)),
    openOutput(child.stderr, (line) => options.onLine("stderr", line)),
  ];
  const findPid = options.isDirect ? (pid: number) => Promise.resolve(pid) : readInnerPid;
  let isRunning = true;
  const ended = child.status.then(async (status) => {
    isRunning = false;
    await Promise.all(outputs.map((output) => output.finish(DRAIN_OUTPUT_MS)));
    return parseExit(status);
  });
  return {
    ended,
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
      // Before there is an inner process, there is nothing that could end with grace.
      sendSignal(pid ?? child.pid, "SIGTERM");
    },
    kill: async () => {
      if (isRunning) await killWithChildren(child.pid);
    },
  };
}

/** bwrap's only child is process 1 of the sandbox, and that one's first child is ours. */
async function readInnerPid(sandboxPid: number): Promise<number | undefined> {
  const [first] = await readChildren(sandboxPid);
  return first === undefined ? undefined : (await readChildren(first))[0];
}

interface Output {
  /** Waits for the stream's end, at most for `ms`: some other process may hold the pipe open. */
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
      // Others get their turn while one function has much to say.
      if (index % LINES_AT_ONCE === LINES_AT_ONCE - 1) await sleep(0);
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
  // Waited for at the end; until then nobody would hear of a fault.
  finished.catch(() => {});
  return {
    finish: async (ms) => {
      const timer = setTimeout(() => reader.cancel(), ms);
      await finished;
      clearTimeout(timer);
    },
  };
}
