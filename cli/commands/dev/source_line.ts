/** A place in a file of the function. */
interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Adds the line of source that an error comes from, below its message. */
export interface SourceLines {
  /** Returns the lines to print for a line of output. */
  readonly add: (line: string) => readonly string[];
}

/** Options of {@linkcode createSourceLines}. */
export interface SourceLinesOptions {
  /** URL of the folder whose files are shown, with a slash at its end. */
  readonly folder: string;
  /** Reads a file; `undefined` if it can't be read. */
  readonly read: (path: string) => string | undefined;
}

/** A frame of a stack, see `Error.stack` of V8. */
const FRAME = /^\s+at (?:.*\()?(file:\/\/[^\s()]+):(\d+):(\d+)\)?$/;

/** Deno marks the place below the source line of an uncaught error. */
const MARK = /^\s*[\^~]+\s*$/;

/** Longer lines are generated code. */
const MAX_COLUMNS = 200;

/**
 * Shows the source line of each error that a function prints, as Deno does it for errors that end the
 * process: a handler's error only has a stack. Each stack gets one line, of its first frame in the
 * folder.
 */
export function createSourceLines({ folder, read }: SourceLinesOptions): SourceLines {
  let isShown = false;
  return {
    add(line) {
      const plain = line.replaceAll(COLOUR, "");
      if (MARK.test(plain)) isShown = true;
      const place = placeOf(plain);
      if (place === undefined) {
        if (!MARK.test(plain) && !/^\s+at /.test(plain)) isShown = false;
        return [line];
      }
      if (isShown || !place.path.startsWith(folder)) return [line];
      isShown = true;
      const source = read(place.path)?.split("\n")[place.line - 1];
      if (source === undefined || source.length > MAX_COLUMNS) return [line];
      const indent = source.length - source.trimStart().length;
      const mark = Math.max(0, place.column - 1 - indent);
      return [line, `    ${place.line} | ${source.trim()}`, markAt(place.line, mark)];
    },
  };
}

// deno-lint-ignore no-control-regex
const COLOUR = /\x1b\[[\d;]*m/g;

function placeOf(line: string): Place | undefined {
  const match = FRAME.exec(line);
  if (match === null) return undefined;
  const [, path = "", at = "", column = ""] = match;
  if (!URL.canParse(path)) return undefined;
  return { path: new URL(path).href, line: Number(at), column: Number(column) };
}

function markAt(line: number, column: number): string {
  return `    ${" ".repeat(String(line).length)} | ${" ".repeat(column)}^`;
}
