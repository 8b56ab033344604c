import { makeVisible } from "./visible.ts";
import { printError } from "./print.ts";

/** Shows the progress of a command on standard error. Disposal clears an unfinished line. */
export interface Progress extends Disposable {
  /** Shows the current step. */
  readonly show: (step: string) => void;
  /** Shows the result. */
  readonly done: (outcome: string) => void;
}

/** Options of {@linkcode openProgress}. */
export interface ProgressOptions {
  /** Name of the function. */
  readonly name: string;
  readonly isTerminal?: boolean;
  readonly write?: (text: string) => void;
}

const FRAMES = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
const FRAME_MS = 80;

/** Returns to the start of the line and clears it. */
const CLEAR = "\r\x1b[2K";

/**
 * Opens a progress display: on a terminal a line with a spinner, `⠋ shop  checking…`, elsewhere one
 * line per step, `shop: checking`, and none for the result.
 */
export function openProgress(options: ProgressOptions): Progress {
  const { isTerminal = isCapable(), write = printError } = options;
  const name = makeVisible(options.name);
  let step = "";
  let frame = 0;
  const paint = (): void => {
    // Without line wrap: clearing a wrapped line would leave its first row.
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
