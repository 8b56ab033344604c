import { feedInput } from "../system/feed_input.ts";
import { killWithChildren } from "../system/kill_with_children.ts";

/** Exit code and output of a command. */
export interface BoundedOutput {
  readonly success: boolean;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@linkcode runBounded}. */
export interface BoundedOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Working directory; the caller's if left out. */
  readonly cwd?: string;
  /** Text for its standard input; none if left out. */
  readonly input?: string;
  readonly signal: AbortSignal;
  /** Maximum bytes kept of each stream; the rest is discarded. */
  readonly maxBytes: number;
  /** Receives the process id of the command. */
  readonly onSpawn?: (pid: number) => void;
}

/**
 * Runs an untrusted command with the given environment only, and with bounded memory for its output.
 * When `signal` aborts, kills the command and its children.
 *
 * @throws {DOMException} AbortError if `signal` has aborted before
 */
export async function runBounded(
  command: readonly string[],
  options: BoundedOptions,
): Promise<BoundedOutput> {
  const { env, signal, maxBytes } = options;
  // An event listener would not see an earlier abort.
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
  // Another process may still have the pipes open.
  const timer = setTimeout(() => outputs.forEach((output) => output.cancel()), DRAIN_OUTPUT_MS);
  const [stdout = "", stderr = ""] = await Promise.all(outputs.map((output) => output.text));
  clearTimeout(timer);
  return { success: status.success, code: status.code, stdout, stderr };
}

/** Maximum time for reading output after the command has exited. */
const DRAIN_OUTPUT_MS = 200;

/** A stream that is read. */
interface Reading {
  readonly text: Promise<string>;
  /** Ends the text here. */
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
