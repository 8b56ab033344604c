import { terminalLine, terminalWindow } from "./terminal_picture.ts";

/** A command of a terminal session and its output. */
export interface RecordedStep {
  /** Name of the machine, for the prompt. */
  readonly machine: string;
  readonly commands: readonly string[];
  readonly output: readonly string[];
}

/** Times in seconds: of a screen with commands alone, and of each line of output that is read. */
const TYPED_S = 1.5;
const LINE_S = 0.6;
const LEAST_S = 3;

/** Longer lines end with `…`, and of more lines the first ones show. */
const MAX_COLUMNS = 104;
const MAX_ROWS = 16;

/**
 * Returns a terminal session as a picture in SVG that moves: one screen for each step, which first
 * shows the commands and then their output, again and again. It has no script. Readers who want less
 * motion see the first screen only (`prefers-reduced-motion`).
 */
export function terminalRecording(title: string, steps: readonly RecordedStep[]): string {
  const screens = steps.map(screenOf);
  const totalS = screens.reduce((sum, { seconds }) => sum + seconds, 0);
  const columns = Math.max(...screens.flatMap(({ lines }) => lines.map((line) => line.length)));
  const rows = Math.max(...screens.map(({ lines }) => lines.length));
  let fromS = 0;
  const rules: string[] = [];
  const groups = screens.map(({ lines, typed, seconds }, index) => {
    const share = (atS: number): string => `${(atS / totalS * 100).toFixed(2)}%`;
    const [start, answered, end] = [fromS, fromS + TYPED_S, fromS + seconds].map(share);
    fromS += seconds;
    rules.push(visible(`s${index}`, start!, end!), visible(`o${index}`, answered!, end!));
    const draw = (from: number, to: number): string =>
      lines.slice(from, to).map((line, row) => terminalLine(line, from + row)).join("");
    return `<g class="s${index}">\n${draw(0, typed)}</g>\n` +
      `<g class="o${index}">\n${draw(typed, lines.length)}</g>\n`;
  });
  const style = `<style>\ng { opacity: 0; animation-duration: ${totalS.toFixed(1)}s; ` +
    "animation-iteration-count: infinite; animation-timing-function: step-end; }\n" +
    rules.join("") +
    "@media (prefers-reduced-motion: reduce) { g { animation: none; } .s0, .o0 { opacity: 1; } }\n" +
    "</style>\n";
  return terminalWindow(title, { columns, rows, content: style + groups.join("") });
}

/** Shows a class from one share of the time to another one. */
function visible(name: string, from: string, to: string): string {
  return `.${name} { animation-name: ${name}; }\n@keyframes ${name} { 0% { opacity: 0; } ` +
    `${from} { opacity: 1; } ${to} { opacity: 0; } }\n`;
}

interface Screen {
  readonly lines: readonly string[];
  /** Number of lines with commands. */
  readonly typed: number;
  readonly seconds: number;
}

function screenOf({ machine, commands, output }: RecordedStep): Screen {
  const lines = [...commands.map((command) => `${machine} $ ${command}`), ...output]
    .slice(0, MAX_ROWS).map(shorten);
  const typed = Math.min(commands.length, lines.length);
  const seconds = TYPED_S + Math.max(LEAST_S, (lines.length - typed) * LINE_S);
  return { lines, typed, seconds };
}

function shorten(line: string): string {
  return line.length <= MAX_COLUMNS ? line : `${line.slice(0, MAX_COLUMNS - 1)}…`;
}
