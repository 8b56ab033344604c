import { followJobControl } from "./job_control.ts";
import { type Keys, openKeys } from "./keys.ts";
import { onSignal } from "./on_signal.ts";
import { openScreen, type Screen } from "./screen.ts";

/** A screen that is redrawn in place, and the user's keys. Disposal restores the terminal. */
export interface LiveScreen extends Disposable, Pick<Screen, "draw"> {
  /** Next key; `undefined` at the end. Never resolves if standard input is not a terminal. */
  readonly nextKey: Keys["next"];
}

/** Options of {@linkcode openLiveScreen}. */
export interface LiveScreenOptions {
  /** Use the whole terminal (alternate screen); otherwise draw at the cursor. */
  readonly isWhole?: boolean;
  /** Called after the terminal was resized or the process was continued. */
  readonly redraw: () => void;
}

/**
 * Opens a screen on standard output, which must be a terminal, and reads keys if standard input is
 * one too. Ctrl-Z restores the terminal until `fg`.
 */
export function openLiveScreen({ isWhole = false, redraw }: LiveScreenOptions): LiveScreen {
  using stack = new DisposableStack();
  const keys = Deno.stdin.isTerminal() ? stack.use(openKeys()) : undefined;
  const screen = stack.use(openScreen({ isWhole }));
  stack.use(onSignal(["SIGWINCH"], redraw));
  stack.use(followJobControl({
    suspend() {
      screen.suspend();
      keys?.suspend();
    },
    resume() {
      try {
        keys?.resume();
      } catch {
        // The terminal was closed; SIGHUP ends the command.
        return;
      }
      screen.resume();
      redraw();
    },
  }));
  const owned = stack.move();
  return {
    draw: screen.draw,
    nextKey: keys?.next ?? (() => new Promise(() => {})),
    [Symbol.dispose]: () => owned.dispose(),
  };
}
