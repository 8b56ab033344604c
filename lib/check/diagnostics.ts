import { localPath } from "./local_path.ts";

/** An error and its location. */
export interface Diagnostic {
  /** Absolute path, or URL of remote code; `null` when the error has no file. */
  readonly file: string | null;
  /** Starts at 1. */
  readonly line: number | null;
  readonly column: number | null;
  /** Code such as `TS2322`; `null` when there is none. */
  readonly code: string | null;
  readonly message: string;
}

interface Unfinished {
  readonly code: string | null;
  readonly lines: string[];
}

const HEADER = /^(?:error: )?(TS\d+) \[ERROR\]: (.*)$/;
const ERROR = /^error: (.*)$/;
const PLACE = /^ {4}at (\S.*):(\d+):(\d+)$/;
const PLACE_WITHIN = /^(.*) at (\S+):(\d+):(\d+)$/;
/** An error of settings, or an import that ddsrv refuses. */
const OWN = /^(\/.*?):(\d+):(\d+) (.+)$/;
const MARKER = /^\s*(?:~+|\^)$/;

/** Last line of Deno's diagnostics. */
const SUMMARY = "Type checking failed.";

/**
 * Parses the output of `deno check`, `deno info` and of our settings, without colours, into single
 * errors. It skips text of another form.
 *
 * @example
 * ```ts
 * import { parseDiagnostics } from "./diagnostics.ts";
 * parseDiagnostics("TS2304 [ERROR]: Cannot find name 'x'.\nx\n^\n    at file:///a.ts:1:1\n");
 * ```
 */
export function parseDiagnostics(text: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  let current: Unfinished | undefined;
  const end = (place: Place = NOWHERE): void => {
    if (current !== undefined) {
      found.push({ ...place, code: current.code, message: messageOf(current.lines) });
    }
    current = undefined;
  };
  for (const line of text.split("\n")) {
    const place = PLACE.exec(line);
    const header = HEADER.exec(line);
    const error = ERROR.exec(line);
    const own = OWN.exec(line);
    if (place !== null && current !== undefined) end(placeOf(place[1]!, place[2]!, place[3]!));
    else if (header !== null) {
      end();
      current = { code: header[1]!, lines: [header[2]!] };
    } else if (error !== null) {
      end();
      if (error[1] === SUMMARY) continue;
      const within = PLACE_WITHIN.exec(error[1]!);
      current = { code: null, lines: [within?.[1] ?? error[1]!] };
      if (within !== null) end(placeOf(within[2]!, within[3]!, within[4]!));
    } else if (current !== undefined) current.lines.push(line);
    else if (own !== null) {
      found.push({ ...placeOf(own[1]!, own[2]!, own[3]!), code: null, message: own[4]! });
    }
  }
  end();
  return found;
}

type Place = Pick<Diagnostic, "file" | "line" | "column">;

const NOWHERE: Place = { file: null, line: null, column: null };

function placeOf(url: string, line: string, column: string): Place {
  return { file: localPath(url) ?? url, line: Number(line), column: Number(column) };
}

/** Returns the message without the code that Deno quotes below it. */
function messageOf(lines: readonly string[]): string {
  const blank = lines.indexOf("");
  const text = blank === -1 ? lines : lines.slice(0, blank);
  return (MARKER.test(text.at(-1) ?? "") ? text.slice(0, -2) : text).join("\n");
}
