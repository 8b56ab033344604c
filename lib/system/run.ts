import { describeDuration } from "./describe_duration.ts";
import { feedInput } from "./feed_input.ts";

/** How {@linkcode run} runs a command. */
export interface RunOptions {
  /** Text for the command's standard input; none by default. */
  readonly stdin?: string;
  /** Ends the command when it aborts. */
  readonly signal?: AbortSignal;
  /** Ends the command after this many milliseconds; 15,000 by default. */
  readonly timeoutMs?: number;
}

/** Runs a command and gives its standard output; see {@linkcode run}. */
export type Run = (command: readonly string[], options?: RunOptions) => Promise<string>;

/** A command that could not be started, or that ended with a code other than 0. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    readonly command: readonly string[],
    /** What the command said, or why it could not be started. */
    readonly reason: string,
    options: ErrorOptions = {},
  ) {
    super(`"${command.join(" ")}" failed: ${reason}`, options);
  }
}

/**
 * Runs a command to its end, without a shell, and gives its standard output.
 *
 * @throws {CommandError} when it is not installed, exits with a code other than 0 or takes too long
 */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { stdin, timeoutMs = 15_000 } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const child = start(command, stdin !== undefined);
  // SIGTERM could be ignored, and then there would be no end.
  const kill = (): void => endChild(child);
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();
  const [output] = await Promise.all([
    child.output(),
    stdin === undefined ? undefined : feedInput(child, stdin),
  ]);
  signal.removeEventListener("abort", kill);
  if (output.success) return new TextDecoder().decode(output.stdout);
  const said = new TextDecoder().decode(output.stderr).trim();
  const ended = timeout.aborted
    ? `no end after ${describeDuration(timeoutMs)}`
    : `exited with ${output.signal ?? output.code}`;
  throw new CommandError(command, said === "" ? ended : `${ended} (${said})`);
}

function start(command: readonly string[], hasInput: boolean): Deno.ChildProcess {
  const [program = "", ...args] = command;
  try {
    return new Deno.Command(program, {
      args,
      stdin: hasInput ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? `"${program}" is not installed or not on the PATH`
      : String(cause);
    throw new CommandError(command, reason, { cause });
  }
}

function endChild(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended; only its pipes are still held by somebody.
  }
}
