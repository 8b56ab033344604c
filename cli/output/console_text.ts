import { styleText } from "node:util";
import process from "node:process";
import { describeProgress } from "./describe_progress.ts";
import type { Change } from "./describe_change.ts";
import type { Console } from "./console.ts";
import type { ConsoleStreams } from "./console_streams.ts";
import { nameColour } from "./name_colour.ts";
import { makeVisible } from "./visible.ts";

/** Options of {@linkcode createTextConsole}. */
export interface TextConsoleOptions {
  readonly isQuiet: boolean;
  /** Show progress in a footer instead of as lines. */
  readonly isTerminal: boolean;
}

type Style = Parameters<typeof styleText>[0];

const EVENT_STYLES: Readonly<Record<string, Style>> = {
  ready: "green",
  failed: "red",
  hung: "red",
  backoff: "yellow",
};

/** Events that the footer shows on a terminal. */
const TRANSIENT: readonly Change["event"][] = ["checking", "starting", "stopping"];

/** Creates a console for people. */
export function createTextConsole(
  streams: ConsoleStreams,
  { isQuiet, isTerminal }: TextConsoleOptions,
): Console {
  const { out, error } = streams;
  const paint = (style: Style, text: string): string =>
    styleText(style, text, { stream: process.stderr });
  const nameOf = (name: string): string => paint(nameColour(name), makeVisible(name));

  return {
    flush: streams.flush,
    banner({ version, functionsDirectory, isolation, url }) {
      error(
        `${paint("bold", "ddsrv")} ${version} serves ${functionsDirectory}\n` +
          `Isolation: ${isolation === "full" ? isolation : paint("yellow", isolation)}\n` +
          `Listening on ${paint(["bold", "underline"], url)}\n`,
      );
    },
    print: out,
    say: (message) => error(`${message}\n`),
    warn(message) {
      const text = message instanceof Error ? message.message : String(message);
      error(`${paint("yellow", "Warning:")} ${text}\n`);
    },
    debug: (message) => error(`${paint("dim", `Debug: ${makeVisible(message)}`)}\n`),
    change(name, { event, message, details, advice = [], isRepeat }) {
      if (isTerminal && TRANSIENT.includes(event)) return;
      const style = EVENT_STYLES[event];
      const text = style === undefined ? message : paint(style, message);
      const shown = [...isRepeat && !isQuiet ? [] : details, ...advice];
      const lines = [text, ...shown.map((line) => `  ${makeVisible(line)}`)];
      error(lines.map((line) => `${nameOf(name)} ${line}\n`).join(""));
    },
    ignored(name, reason) {
      error(`${nameOf(name)} ${paint("dim", `ignored: ${makeVisible(reason)}`)}\n`);
    },
    progress(statuses) {
      if (isTerminal) streams.footer(paint("dim", makeVisible(describeProgress(statuses))));
    },
    line(name, stream, { text }) {
      if (isQuiet) return;
      const write = stream === "stdout" ? out : error;
      const target = stream === "stdout" ? process.stdout : process.stderr;
      const label = styleText(nameColour(name), `[${makeVisible(name)}]`, { stream: target });
      write(`${label} ${makeVisible(text)}\n`);
    },
  };
}
