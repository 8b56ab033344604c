import { onSignal } from "./on_signal.ts";

/** Callbacks of a command that changes the terminal, for when it is stopped and continued. */
export interface Suspendable {
  /** Gives the terminal back as it was. */
  readonly suspend: () => void;
  /**
   * Takes the terminal again and shows everything anew. It may come without {@linkcode suspend}:
   * SIGSTOP stops a process without a word.
   */
  readonly resume: () => void;
}

/** Functions that send and receive signals; tests pass their own. */
export interface Signals {
  readonly listen: (name: Deno.Signal, listener: () => void) => Disposable;
  /** Stops this process; whoever continues it sends SIGCONT. */
  readonly stop: () => void;
}

const PROCESS_SIGNALS: Signals = {
  listen: (name, listener) => onSignal([name], listener),
  stop: () => Deno.kill(Deno.pid, "SIGSTOP"),
};

/**
 * Gives the terminal back before Ctrl-Z (SIGTSTP) stops this process, and takes it again after `fg`
 * (SIGCONT), until it is disposed of. The kernel would stop the process as it is, in the alternate
 * screen and with its keys unread: signal(7) and "Job control" in termios(3).
 */
export function followJobControl(
  { suspend, resume }: Suspendable,
  { listen, stop }: Signals = PROCESS_SIGNALS,
): Disposable {
  using stack = new DisposableStack();
  stack.use(listen("SIGTSTP", () => {
    suspend();
    stop();
  }));
  stack.use(listen("SIGCONT", resume));
  return stack.move();
}
