import { followJobControl } from "./job_control.ts";
import { type Keys, openKeys } from "./keys.ts";
import { onSignal } from "./on_signal.ts";
import { openScreen, type Screen } from "./screen.ts";

/** A screen and the keys that are pressed before it. Disposing of it gives the terminal back. */
export interface LiveScreen extends Disposable, Pick<Screen, "draw"> {
  /** The next key; `undefined` when no more come. Where no terminal is read, it never resolves. */
  readonly nextKey: Keys["next"];
}

/** How it is opened. */
export interface LiveScreenOptions {
  /** Takes all of the terminal; else it draws where the cursor is. */
  readonly isWhole?: boolean;
  /** Draws again: the terminal has another size, or was given back for a while. */
  readonly redraw: () => void;
}

/**
 * Opens a screen on standard output, which is a terminal; where standard input is one too, keys come
 * as they are pressed. Ctrl-Z gives the terminal back until `fg`.
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
        // The terminal is gone, which SIGHUP tells as well.
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
