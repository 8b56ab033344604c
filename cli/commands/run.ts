import type { Variable } from "../../lib/config/variable.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { openRun, type RunConnection } from "../../lib/control/run_client.ts";
import { MAX_FRAME_BYTES, type RUN_SIGNALS } from "../../lib/control/run_frames.ts";
import type { RunBegin } from "../../lib/control/run_request.ts";
import { CliError } from "../exit_code.ts";
import { requireFunctions } from "../function_names.ts";
import { onSignal } from "../output/on_signal.ts";
import { printError } from "../output/print.ts";
import { terminalSize } from "../output/terminal.ts";
import { makeVisibleLines } from "../output/visible.ts";

/** Options of `ddsrv run`. */
export interface RunOptions {
  readonly socket: string;
  readonly env?: readonly Variable[] | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
}

/** Signals that go to the run, with their numbers. */
const FORWARDED = [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]] as const;

/** Exit code of a process that SIGPIPE ended. */
const BROKEN_PIPE = 128 + 13;

const DEFAULT_TERM = "xterm-256color";

/**
 * Runs a file or task of a function, or a REPL without words, with the standard streams of this
 * process. Returns the exit code of the run. On a terminal, the run gets a pseudo-terminal.
 */
export async function run(
  name: string,
  words: readonly string[],
  options: RunOptions,
): Promise<number> {
  using control = connectControl(options.socket);
  await requireFunctions(control, [name]);
  using connection = await openRun(options.socket, { name, begin: beginOf(words, options) });
  using stack = new DisposableStack();
  let received: number | undefined;
  for (const [signal, number] of FORWARDED) {
    stack.use(onSignal([signal], () => {
      received = number;
      void connection.signal(signal satisfies typeof RUN_SIGNALS[number]).catch(() => {});
    }));
  }
  const input = createInput(connection);
  for await (const { type, bytes } of connection.frames()) {
    switch (type) {
      case "started":
        if (bytes[0] === 1) {
          Deno.stdin.setRaw(true);
          stack.defer(() => Deno.stdin.setRaw(false));
        }
        input.next();
        break;
      case "input-taken":
        input.next();
        break;
      case "stdout":
      case "stderr":
        if (!await writeAll(type, bytes)) return BROKEN_PIPE;
        break;
      case "note":
        printError(`ddsrv: ${makeVisibleLines(new TextDecoder().decode(bytes))}\n`);
        break;
      case "error": {
        const message = makeVisibleLines(new TextDecoder().decode(bytes));
        throw new CliError(message, received === undefined ? 1 : 128 + received);
      }
      case "exit":
        return bytes[0] ?? 1;
    }
  }
  throw new CliError(
    "The supervisor ended the connection: ddsrv serve has stopped. See its output",
  );
}

function beginOf(words: readonly string[], { env = [], timeout }: RunOptions): RunBegin {
  const size = Deno.stdin.isTerminal() ? terminalSize() : undefined;
  const { TERM } = Deno.env.toObject();
  const term = TERM !== undefined && /^[\w.+-]{1,64}$/.test(TERM) ? TERM : DEFAULT_TERM;
  return {
    words: [...words],
    env: Object.fromEntries(env),
    ...size === undefined ? {} : { terminal: { ...size, term } },
    ...timeout === undefined ? {} : { timeoutMs: timeout },
  };
}

/** Sends one piece of the standard input at each call of `next`. */
function createInput(connection: RunConnection): { readonly next: () => void } {
  const bytes = new Uint8Array(MAX_FRAME_BYTES);
  async function send(): Promise<void> {
    const length = await Deno.stdin.read(bytes);
    if (length === null) await connection.endInput();
    else await connection.input(bytes.subarray(0, length));
  }
  return {
    next() {
      // The end of the connection says why nobody takes it.
      send().catch(() => connection.endInput().catch(() => {}));
    },
  };
}

/** Writes to a standard stream; returns false if nobody reads it. */
async function writeAll(name: "stdout" | "stderr", bytes: Uint8Array): Promise<boolean> {
  try {
    for (let at = 0; at < bytes.length;) at += await Deno[name].write(bytes.subarray(at));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}
