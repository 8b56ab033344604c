import { connectControl } from "../../lib/control/control_client.ts";
import { openDebug, openInspector } from "../../lib/control/debug_client.ts";
import type { DebugStarted } from "../../lib/control/debug_protocol.ts";
import { DEBUG_FIELD } from "../../lib/proxy/http1/field_names.ts";
import { describeDuration } from "../../lib/system/describe_duration.ts";
import { CliError } from "../exit_code.ts";
import { requireFunctions } from "../function_names.ts";
import { printError, printOut } from "../output/print.ts";
import { untilInterrupted } from "../output/until_interrupted.ts";
import { makeVisibleLines } from "../output/visible.ts";
import { openAttachListener } from "./debug/attach_listener.ts";

/** Options of `ddsrv debug`. */
export interface DebugOptions {
  readonly socket: string;
  /** First port to try for debuggers. */
  readonly port: number;
  readonly break?: true | undefined;
  /** Milliseconds. */
  readonly for: number;
}

/**
 * Debugs an instance of a function beside the one that serves, until the user interrupts it. Returns
 * the exit code.
 */
export async function debug(name: string, options: DebugOptions): Promise<number> {
  using control = connectControl(options.socket);
  await requireFunctions(control, [name]);
  using stack = new DisposableStack();
  const interruption = stack.use(untilInterrupted());
  const begin = { breaks: options.break === true, forMs: options.for };
  const session = await openDebug(options.socket, { name, begin });
  // The end of the connection ends the session.
  const end = (): void => session[Symbol.dispose]();
  interruption.signal.addEventListener("abort", end, { once: true });
  if (interruption.signal.aborted) end();
  try {
    for await (const { type, bytes } of session.frames()) {
      const text = new TextDecoder().decode(bytes);
      switch (type) {
        case "started": {
          const started = JSON.parse(text) as DebugStarted;
          const { port } = stack.use(openAttachListener({
            port: options.port,
            connect: () => openInspector(options.socket, { name, secret: started.secret }),
            uids: attachingUsers(),
            onRefused: (reason) => note(`Refused a connection to the debugger. ${reason}`),
          }));
          if (port !== options.port) note(`Port ${options.port} is in use; using ${port} instead`);
          printOut(describeSession(name, { ...options, started, port }));
          break;
        }
        case "stdout":
          printOut(makeVisibleLines(text));
          break;
        case "stderr":
          printError(makeVisibleLines(text));
          break;
        case "note":
          note(text);
          break;
        case "error":
          throw new CliError(makeVisibleLines(text));
        case "exit":
          return bytes[0] ?? 1;
      }
    }
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
  } finally {
    interruption.signal.removeEventListener("abort", end);
    if (!interruption.signal.aborted) end();
  }
  if (interruption.signal.aborted) return 0;
  throw new CliError(
    "The supervisor ended the connection: ddsrv serve has stopped. See its output",
  );
}

/** Root, this user, and the user who has become this one by sudo(8): a tunnel of ssh(1) is theirs. */
function attachingUsers(): ReadonlySet<number> {
  const { SUDO_UID } = Deno.env.toObject();
  const sudo = SUDO_UID !== undefined && /^\d{1,10}$/.test(SUDO_UID) ? [Number(SUDO_UID)] : [];
  return new Set([0, Deno.uid() ?? 0, ...sudo]);
}

function describeSession(
  name: string,
  { started, port, ...options }: DebugOptions & {
    readonly started: DebugStarted;
    readonly port: number;
  },
): string {
  const { revision, pid, secret, url } = started;
  const waits = options.break ? ", and waits for a debugger" : "";
  return [
    `Debugging "${name}", revision ${revision} (pid ${pid}), beside the instance that serves${waits}`,
    `Attach:    127.0.0.1:${port} (Chrome: chrome://inspect; VS Code: a configuration "attach")`,
    `From afar: ssh -L ${port}:127.0.0.1:${port} ${Deno.hostname()}`,
    `Requests:  curl -H '${DEBUG_FIELD}: ${secret}' ${url}`,
    `Ctrl-C ends it. It ends by itself after ${describeDuration(options.for)}`,
    "",
  ].join("\n");
}

function note(text: string): void {
  printError(`ddsrv: ${makeVisibleLines(text)}\n`);
}
