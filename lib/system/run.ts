import { describeDuration } from "./describe_duration.ts";
import { feedInput } from "./feed_input.ts";
import { openTimeout } from "./timeout_signal.ts";

/** Options of {@linkcode run}. */
export interface RunOptions {
  /** Text for the command's standard input; none by default. */
  readonly stdin?: string;
  /** Kills the command when it aborts. */
  readonly signal?: AbortSignal;
  /** Kills the command after this many milliseconds; 15,000 by default. */
  readonly timeoutMs?: number;
}

/** Type of {@linkcode run}. */
export type Run = (command: readonly string[], options?: RunOptions) => Promise<string>;

/** A command could not be started, exited with a code other than 0, or timed out. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    readonly command: readonly string[],
    /** Exit code and standard error, or why it could not be started. */
    readonly reason: string,
    options: ErrorOptions = {},
  ) {
    super(`"${command.join(" ")}" failed: ${reason}`, options);
  }
}

/**
 * Runs a command without a shell and returns its standard output.
 *
 * @throws {CommandError} if it is not installed, exits with a code other than 0 or times out
 */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { stdin, timeoutMs = 15_000 } = options;
  using timeout = openTimeout(timeoutMs);
  const signal = options.signal
    ? AbortSignal.any([options.signal, timeout.signal])
    : timeout.signal;
  const child = start(command, stdin !== undefined);
  // The command could ignore SIGTERM.
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
  const ended = timeout.signal.aborted
    ? `timed out after ${describeDuration(timeoutMs)}`
    : `exited with ${output.signal ?? output.code}`;
  throw new CommandError(command, said === "" ? ended : `${ended} (${said})`);
}

function start(command: readonly string[], hasInput: boolean): Deno.ChildProcess {
  const [program = "", ...args] = command;
  try {
    return new Deno.Command(program, {
      args,
      // Ctrl-C in a terminal must not end half of a change.
      detached: true,
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
    // It has ended; another process still holds its pipes.
  }
}
