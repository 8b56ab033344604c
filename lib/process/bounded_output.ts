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
  readonly signal: AbortSignal;
  /** Most that is kept of each stream; the rest is read and thrown away. */
  readonly maxBytes: number;
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
    signal,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [status, stdout, stderr] = await Promise.all([
    child.status,
    readBounded(child.stdout, maxBytes),
    readBounded(child.stderr, maxBytes),
  ]);
  return { success: status.success, code: status.code, stdout, stderr };
}

async function readBounded(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const room = maxBytes - bytes;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    bytes += chunk.length;
  }
  return await new Blob(chunks).text();
}
