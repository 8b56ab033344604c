import stringWidth from "fast-string-width";
import { cutToWidth } from "./cut_to_width.ts";
import { printOut } from "./print.ts";
import { DEFAULT_SIZE, terminalSize } from "./terminal.ts";

/** Part of a terminal that is redrawn in place. Disposal leaves the last text on the terminal. */
export interface Screen extends Disposable {
  /** Replaces the previous text; cuts off what does not fit. */
  readonly draw: (text: string) => void;
  /** Restores the terminal; draws nothing until {@linkcode resume}. */
  readonly suspend: () => void;
  /** Draws again, from scratch. */
  readonly resume: () => void;
}

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const ENTER_ALTERNATE = "\x1b[?1049h";
const LEAVE_ALTERNATE = "\x1b[?1049l";
/** Lines must not wrap if the terminal shows a character wider than expected. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[2K";
const CLEAR_BELOW = "\x1b[J";

/** Options of {@linkcode openScreen}. */
export interface ScreenOptions {
  /** Use the whole terminal (alternate screen); otherwise draw at the cursor. */
  readonly isWhole?: boolean;
  /** Writes to the terminal. */
  readonly write?: (text: string) => void;
  readonly size?: typeof terminalSize;
}

/** Opens a screen on standard output, which must be a terminal. */
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
      // The last row stays free, because a line feed there would scroll.
      const shown = text.replace(/\n$/, "").split("\n").slice(0, Math.max(1, rows - 1))
        .map((line) => cutToWidth(line, columns));
      const begin = isWhole ? HOME : upwards(rowsOf(drawn, columns));
      // Clear each line before writing it: clearing after the last column would delete it, and a tab
      // does not overwrite.
      const body = shown.map((line) => `${CLEAR_LINE}${line}\n`).join("");
      write(NO_WRAP + begin + body + CLEAR_BELOW + WRAP);
      drawn = shown;
    },
    suspend() {
      const { columns } = size() ?? DEFAULT_SIZE;
      // Remove the text, which is outdated once it is drawn again further down.
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

/** Returns how many rows the lines take, after a narrower terminal has wrapped them. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
}

function upwards(rows: number): string {
  return rows === 0 ? "" : `\x1b[${rows}A\r`;
}
