import { pathToFileURL } from "node:url";
import { styleText } from "node:util";
import { join } from "node:path";
import type { DevEvent } from "../../../lib/dev/develop_function.ts";
import type { StreamName } from "../../../lib/dev/instance.ts";
import type { AccessRecord } from "../../../lib/proxy/access_log.ts";
import { nameColour } from "../../output/name_colour.ts";
import { makeVisible, makeVisibleLines } from "../../output/visible.ts";
import { createSourceLines, type SourceLines } from "./source_line.ts";

/** Prints the events of `ddsrv dev`. */
export interface Report {
  readonly event: (name: string, event: DevEvent | { readonly type: "removed" }) => void;
  readonly line: (name: string, stream: StreamName, text: string) => void;
  readonly access: (record: AccessRecord) => void;
  readonly warn: (message: string) => void;
}

/** Options of {@linkcode createReport}. */
export interface ReportOptions {
  readonly functionsDirectory: string;
  /** URL of the proxy. */
  readonly url: () => string;
  /** Names are shown only if there are several functions. */
  readonly isSingle: boolean;
  readonly isColoured: boolean;
  /** `out` may have colors too: one of both may be a file. */
  readonly isOutColoured: boolean;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly read?: (path: string) => string | undefined;
}

/** Larger files are generated. */
const MAX_SOURCE_BYTES = 4 * 1024 * 1024;

/** Select Graphic Rendition, see console_codes(4). */
// deno-lint-ignore no-control-regex
const STYLES = /(\x1b\[[\d;]*m)/;

type Style = Parameters<typeof styleText>[0];

/** Creates the report. Functions print to their own streams; everything else is standard error. */
export function createReport(options: ReportOptions): Report {
  const { functionsDirectory, isSingle, isColoured, error, read = readSource } = options;
  const out = (text: string): void => options.out(plainUnless(options.isOutColoured, text));
  const sources = new Map<string, SourceLines>();
  const paint = (style: Style, text: string): string =>
    isColoured ? styleText(style, text, { validateStream: false }) : text;
  const label = (name: string): string =>
    isSingle ? "" : `${paint(nameColour(name), `[${makeVisible(name)}]`)} `;
  const say = (name: string, text: string): void => error(`${label(name)}${text}\n`);

  /** Keeps colors and styles, if there are any; they end with the text. */
  function shown(text: string): string {
    const parts = text.split(STYLES);
    const plain = parts.filter((_, index) => index % 2 === 0).join("");
    if (!isColoured || parts.length === 1) return makeVisibleLines(plain);
    const kept = parts.map((part, index) => index % 2 === 1 ? part : makeVisibleLines(part));
    return `${kept.join("")}\x1b[0m`;
  }

  function linesOf(name: string): SourceLines {
    const folder = `${pathToFileURL(join(functionsDirectory, name)).href}/`;
    const known = sources.get(name) ?? createSourceLines({ folder, read });
    sources.set(name, known);
    return known;
  }

  return {
    event(name, event) {
      switch (event.type) {
        case "ready": {
          const time = `${Math.round(event.ms)} ms`;
          const what = event.isFirst
            ? `${paint("green", "Ready")} in ${time}: ${paint("underline", urlOf(name, options))}`
            : `${paint("green", "Reloaded")} in ${time}`;
          return say(name, what);
        }
        case "type-errors": {
          const text = shown(event.text);
          const end = event.keepsOld
            ? "The code before serves until this is fixed; r starts the new code anyway"
            : "It runs in spite of that; a server does not start it";
          return say(name, `${paint("red", "Type errors")}\n${text}\n${paint("yellow", end)}`);
        }
        case "types-fixed":
          return say(name, paint("green", "No type errors any more"));
        case "failed": {
          const next = event.keepsOld
            ? "The code before goes on serving"
            : "It starts again with the next request or change";
          return say(name, `${paint("red", capital(makeVisible(event.message)))}. ${next}`);
        }
        case "warning":
          return say(name, `${paint("yellow", "Warning:")} ${makeVisible(event.message)}`);
        case "removed":
          sources.delete(name);
          return say(name, paint("dim", "Removed"));
        default:
          return event satisfies never;
      }
    },
    line(name, stream, text) {
      const write = stream === "stdout" ? out : error;
      for (const line of linesOf(name).add(text)) {
        write(`${label(name)}${shown(line)}\n`);
      }
    },
    access(record) {
      error(requestLine(record, paint));
    },
    warn: (message) => error(`${paint("yellow", "Warning:")} ${makeVisible(message)}\n`),
  };
}

/** Returns the URL of a function. */
export function urlOf(name: string, { url }: Pick<ReportOptions, "url">): string {
  return `${url()}/${encodeURIComponent(name)}`;
}

/** Returns the line of a request: `GET /hi 200 3ms`. */
export function requestLine(
  { method, target, status, durationMs, error }: AccessRecord,
  paint: (style: Style, text: string) => string = (_, text) => text,
): string {
  const style = status >= 500 ? "red" : status >= 400 ? "yellow" : "green";
  const reason = error === undefined ? "" : ` (${error})`;
  const what = method === "" ? "Malformed request" : `${method} ${makeVisible(target)}`;
  return `${what} ${paint(style, String(status))} ${
    paint("dim", `${Math.round(durationMs)}ms`)
  }${reason}\n`;
}

function plainUnless(isColoured: boolean, text: string): string {
  return isColoured ? text : text.split(STYLES).filter((_, index) => index % 2 === 0).join("");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function readSource(url: string): string | undefined {
  try {
    const file = new URL(url);
    const { isFile, size } = Deno.lstatSync(file);
    return isFile && size <= MAX_SOURCE_BYTES ? Deno.readTextFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}
