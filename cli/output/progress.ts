import { makeVisible } from "./visible.ts";
import { printError } from "./print.ts";

/** Tells on standard error what a command is at; disposing of it leaves no half of a line. */
export interface Progress extends Disposable {
  /** What is under way from now on. */
  readonly show: (step: string) => void;
  /** The last word. */
  readonly done: (outcome: string) => void;
}

/** Whom it is told to. */
export interface ProgressOptions {
  /** What it is about. */
  readonly name: string;
  readonly isTerminal?: boolean;
  readonly write?: (text: string) => void;
}

const FRAMES = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
const FRAME_MS = 80;

/** Back to the line's beginning, all of it cleared. */
const CLEAR = "\r\x1b[2K";

/**
 * On a terminal, one line that is written over, with something that turns: `⠋ shop  checking…`.
 * Elsewhere a line for each step, `shop: checking`, and none for the outcome.
 */
export function openProgress(options: ProgressOptions): Progress {
  const { isTerminal = isCapable(), write = printError } = options;
  const name = makeVisible(options.name);
  let step = "";
  let frame = 0;
  const paint = (): void => {
    // A line that is too long is cut: written over, it would leave some of itself above.
    const line = `${FRAMES[frame++ % FRAMES.length]} ${name}  ${step}…`;
    write(`${CLEAR}\x1b[?7l${line}\x1b[?7h`);
  };
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    show(next) {
      if (next === step) return;
      step = next;
      if (!isTerminal) return write(`${name}: ${step}\n`);
      timer ??= setInterval(paint, FRAME_MS);
      paint();
    },
    done(outcome) {
      clearInterval(timer);
      timer = undefined;
      if (isTerminal) write(`${CLEAR}${name}  ${outcome}\n`);
    },
    [Symbol.dispose]() {
      if (timer !== undefined) write(CLEAR);
      clearInterval(timer);
    },
  };
}

function isCapable(): boolean {
  return Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb";
}
