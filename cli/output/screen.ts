import { cutToWidth } from "./cut.ts";
import { terminalSize } from "./terminal.ts";
import { printOut } from "./print.ts";

/** Part of a terminal that is drawn again and again, in place. Disposing of it leaves what it shows. */
export interface Screen extends Disposable {
  /** Shows a text in the place of the one before; what does not fit is cut off. */
  readonly draw: (text: string) => void;
}

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const ENTER_ALTERNATE = "\x1b[?1049h\x1b[H";
const LEAVE_ALTERNATE = "\x1b[?1049l";
const CLEAR_LINE_END = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** How a screen is opened. */
export interface ScreenOptions {
  /** Takes all of the terminal, and gives it back as it was; else it draws where the cursor is. */
  readonly isWhole?: boolean;
}

/** Opens a screen on standard output, which is a terminal. */
export function openScreen({ isWhole = false }: ScreenOptions = {}): Screen {
  let drawn = 0;
  printOut((isWhole ? ENTER_ALTERNATE : "") + HIDE_CURSOR);
  return {
    draw(text) {
      const { columns, rows } = terminalSize() ?? { columns: 80, rows: 24 };
      const lines = text.replace(/\n$/, "").split("\n");
      // The last line of the terminal stays free: writing its end would scroll.
      const shown = lines.slice(0, Math.max(1, rows - 1));
      const begin = isWhole ? "\x1b[H" : drawn === 0 ? "" : `\x1b[${drawn}A\r`;
      const body = shown.map((line) => `${cutToWidth(line, columns)}${CLEAR_LINE_END}\n`).join("");
      printOut(begin + body + CLEAR_BELOW);
      drawn = shown.length;
    },
    [Symbol.dispose]() {
      printOut(SHOW_CURSOR + (isWhole ? LEAVE_ALTERNATE : ""));
    },
  };
}
