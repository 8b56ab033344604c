import { feedInput } from "../system/feed_input.ts";
import { killWithChildren } from "../system/kill_with_children.ts";

/** How a command ended, and what it said. */
export interface BoundedOutput {
  readonly success: boolean;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How {@linkcode runBounded} runs a command. */
export interface BoundedOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Working directory; the caller's own when left out. */
  readonly cwd?: string;
  /** Text for its standard input; none when left out. */
  readonly input?: string;
  readonly signal: AbortSignal;
  /** Most that is kept of each stream; the rest is read and thrown away. */
  readonly maxBytes: number;
  /** Told the command's process id. */
  readonly onSpawn?: (pid: number) => void;
}

/**
 * Runs a command that is not trusted: with an environment of its own, and with bounded memory for
 * whatever it prints. An abort ends it.
 */
export async function runBounded(
  command: readonly string[],
  options: BoundedOptions,
): Promise<BoundedOutput> {
  const { env, signal, maxBytes } = options;
  // A signal that has aborted already would not end the command.
  signal.throwIfAborted();
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...env },
    clearEnv: true,
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  options.onSpawn?.(child.pid);
  if (options.input !== undefined) void feedInput(child, options.input);
  let isRunning = true;
  let killing: Promise<void> | undefined;
  const kill = (): void => {
    if (isRunning) killing = killWithChildren(child.pid);
  };
  signal.addEventListener("abort", kill, { once: true });
  const outputs = [child.stdout, child.stderr].map((stream) => readBounded(stream, maxBytes));
  const status = await child.status;
  isRunning = false;
  signal.removeEventListener("abort", kill);
  await killing;
  // Some other process may hold the pipes open.
  const timer = setTimeout(() => outputs.forEach((output) => output.cancel()), DRAIN_OUTPUT_MS);
  const [stdout = "", stderr = ""] = await Promise.all(outputs.map((output) => output.text));
  clearTimeout(timer);
  return { success: status.success, code: status.code, stdout, stderr };
}

/** How long output is still read after the process has ended. */
const DRAIN_OUTPUT_MS = 200;

/** A stream that is being read. */
interface Reading {
  readonly text: Promise<string>;
  /** Takes what has come up to now for all there is. */
  readonly cancel: () => void;
}

function readBounded(stream: ReadableStream<Uint8Array<ArrayBuffer>>, maxBytes: number): Reading {
  const reader = stream.getReader();
  const read = async (): Promise<string> => {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (let bytes = 0;;) {
      const { value, done } = await reader.read();
      if (done) return await new Blob(chunks).text();
      const room = maxBytes - bytes;
      if (room > 0) chunks.push(value.subarray(0, room));
      bytes += value.length;
    }
  };
  return { text: read(), cancel: () => void reader.cancel() };
}
