import stringWidth from "fast-string-width";
import { cutToWidth } from "./cut_to_width.ts";
import { printOut } from "./print.ts";
import { DEFAULT_SIZE, terminalSize } from "./terminal.ts";

/** Part of a terminal that is drawn again and again, in place. Disposing of it leaves what it shows. */
export interface Screen extends Disposable {
  /** Shows a text in the place of the one before; what does not fit is cut off. */
  readonly draw: (text: string) => void;
  /** Gives the terminal back for a while, in which nothing is drawn. */
  readonly suspend: () => void;
  /** Takes it again; nothing that was drawn before counts as being there. */
  readonly resume: () => void;
}

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const ENTER_ALTERNATE = "\x1b[?1049h";
const LEAVE_ALTERNATE = "\x1b[?1049l";
/** Terminals don't agree on how wide every character is: what is too wide for this one stays off. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[2K";
const CLEAR_BELOW = "\x1b[J";

/** How a screen is opened. */
export interface ScreenOptions {
  /** Takes all of the terminal, and gives it back as it was; else it draws where the cursor is. */
  readonly isWhole?: boolean;
  /** What becomes of what is drawn. */
  readonly write?: (text: string) => void;
  readonly size?: typeof terminalSize;
}

/** Opens a screen on standard output, which is a terminal. */
export function openScreen(
  { isWhole = false, write = printOut, size = terminalSize }: ScreenOptions = {},
): Screen {
  const enter = (isWhole ? ENTER_ALTERNATE : "") + HIDE_CURSOR;
  const leave = SHOW_CURSOR + (isWhole ? LEAVE_ALTERNATE : "");
  let drawn: readonly string[] = [];
  let isSuspended = false;
  write(enter);
  return {
    draw(text) {
      if (isSuspended) return;
      const { columns, rows } = size() ?? DEFAULT_SIZE;
      // The last line of the terminal stays free: writing its end would scroll.
      const shown = text.replace(/\n$/, "").split("\n").slice(0, Math.max(1, rows - 1))
        .map((line) => cutToWidth(line, columns));
      const begin = isWhole ? HOME : upwards(rowsOf(drawn, columns));
      // A line is cleared before it is written: after its last column, clearing would take that too,
      // and a tab passes over what was there.
      const body = shown.map((line) => `${CLEAR_LINE}${line}\n`).join("");
      write(NO_WRAP + begin + body + CLEAR_BELOW + WRAP);
      drawn = shown;
    },
    suspend() {
      const { columns } = size() ?? DEFAULT_SIZE;
      // What stays would be out of date when it is drawn again below it.
      write((isWhole ? "" : upwards(rowsOf(drawn, columns)) + CLEAR_BELOW) + leave);
      drawn = [];
      isSuspended = true;
    },
    resume() {
      isSuspended = false;
      drawn = [];
      write(enter + (isWhole ? "" : "\r"));
    },
    [Symbol.dispose]() {
      write(leave);
    },
  };
}

/** Lines of the terminal that these take by now: one made narrower has wrapped them. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
}

function upwards(rows: number): string {
  return rows === 0 ? "" : `\x1b[${rows}A\r`;
}
