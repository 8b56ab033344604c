import { onSignal } from "./on_signal.ts";

/** Callbacks of a command that changes the terminal. */
export interface Suspendable {
  /** Restores the terminal. */
  readonly suspend: () => void;
  /**
   * Changes the terminal again and redraws. Also called without {@linkcode suspend}, after SIGSTOP,
   * which can't be caught.
   */
  readonly resume: () => void;
}

/** Functions that send and receive signals; tests pass their own. */
export interface Signals {
  readonly listen: (name: Deno.Signal, listener: () => void) => Disposable;
  /** Stops this process until it receives SIGCONT. */
  readonly stop: () => void;
}

const PROCESS_SIGNALS: Signals = {
  listen: (name, listener) => onSignal([name], listener),
  stop: () => Deno.kill(Deno.pid, "SIGSTOP"),
};

/**
 * Restores the terminal before Ctrl-Z (SIGTSTP) stops this process, and changes it again after `fg`
 * (SIGCONT), until disposed. Otherwise the shell would get a terminal in the alternate screen and
 * without echo. Source: signal(7), termios(3).
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
