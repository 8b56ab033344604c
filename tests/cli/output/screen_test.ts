import { deepEqual, equal } from "node:assert/strict";
import { openScreen } from "../../../cli/output/screen.ts";

const FRAME = { begin: "\x1b[?7l", end: "\x1b[J\x1b[?7h" };

/** A screen of that size, and what it has written. */
function recordScreen(
  size: { columns: number; rows: number },
  options: { readonly isWhole?: boolean } = {},
): { readonly screen: ReturnType<typeof openScreen>; readonly written: string[] } {
  const written: string[] = [];
  const screen = openScreen({ ...options, write: (text) => written.push(text), size: () => size });
  return { screen, written };
}

function frame(begin: string, ...lines: readonly string[]): string {
  return FRAME.begin + begin + lines.map((line) => `\x1b[2K${line}\n`).join("") + FRAME.end;
}

Deno.test("openScreen() redraws in place and restores the cursor", () => {
  const { screen, written } = recordScreen({ columns: 20, rows: 10 });
  screen.draw("a\nb\n");
  screen.draw("c\n");
  screen.draw("d");
  screen[Symbol.dispose]();
  deepEqual(written, [
    "\x1b[?25l",
    frame("", "a", "b"),
    frame("\x1b[2A\r", "c"),
    frame("\x1b[1A\r", "d"),
    "\x1b[?25h",
  ]);
});

Deno.test("openScreen() uses the alternate screen and restores the terminal", () => {
  const { screen, written } = recordScreen({ columns: 20, rows: 10 }, { isWhole: true });
  screen.draw("a\n");
  screen.draw("b\n");
  screen[Symbol.dispose]();
  deepEqual(written, [
    "\x1b[?1049h\x1b[?25l",
    frame("\x1b[H", "a"),
    frame("\x1b[H", "b"),
    "\x1b[?25h\x1b[?1049l",
  ]);
});

const tooMuch: readonly [columns: number, rows: number, lines: readonly string[]][] = [
  [20, 3, ["123456", "函数函数"]],
  [4, 24, ["123…", "函…", "c"]],
  [1, 2, ["…"]],
  [20, 1, ["123456"]],
];

for (const [columns, rows, lines] of tooMuch) {
  Deno.test(`openScreen() cuts text to ${columns} columns and ${rows} rows`, () => {
    const { screen, written } = recordScreen({ columns, rows });
    screen.draw("123456\n函数函数\nc\n");
    equal(written[1], frame("", ...lines));
  });
}

Deno.test("openScreen() redraws correctly after the terminal wrapped its lines", () => {
  const size = { columns: 10, rows: 10 };
  const { screen, written } = recordScreen(size);
  screen.draw("1234567890\n\nab\n");
  size.columns = 4;
  screen.draw("x\n");
  equal(written[2], frame("\x1b[5A\r", "x"));
});

Deno.test("openScreen() removes its text on suspend and redraws below on resume", () => {
  const { screen, written } = recordScreen({ columns: 20, rows: 10 });
  screen.draw("a\nb\n");
  screen.suspend();
  screen.draw("late\n");
  screen.resume();
  screen.draw("c\n");
  screen.draw("d\n");
  deepEqual(written.slice(2), [
    "\x1b[2A\r\x1b[J\x1b[?25h",
    "\x1b[?25l\r",
    frame("", "c"),
    frame("\x1b[1A\r", "d"),
  ]);
});

Deno.test("openScreen() leaves the alternate screen on suspend and enters it on resume", () => {
  const { screen, written } = recordScreen({ columns: 20, rows: 10 }, { isWhole: true });
  screen.draw("a\n");
  screen.suspend();
  screen.draw("late\n");
  screen.resume();
  screen.draw("b\n");
  deepEqual(written.slice(2), [
    "\x1b[?25h\x1b[?1049l",
    "\x1b[?1049h\x1b[?25l",
    frame("\x1b[H", "b"),
  ]);
});
