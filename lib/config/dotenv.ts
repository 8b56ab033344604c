/** A variable of an env file. */
export interface DotenvEntry {
  readonly name: string;
  readonly value: string;
  /** Number of the line on which it begins; the first is 1. */
  readonly line: number;
}

/** Content of an env file. */
export interface Dotenv {
  /** In the order of the file; a name may occur twice. */
  readonly entries: readonly DotenvEntry[];
  /** Numbers of the lines that are neither blank, nor a comment, nor a variable. */
  readonly ignoredLines: readonly number[];
}

/** Maximum number of characters that references add to a file; `A=$B$B` doubles with each line. */
const MAX_INSERTED = 1024 * 1024;

/** Escaped dollar sign, `${NAME}` or `$NAME`. */
const REFERENCE = /\\\$|\$\{([^}]*)\}?|\$(\w*)/g;

const QUOTES = "\"'`";

const EXPORT = "export ";

/**
 * Parses the text of an env file by the rules of `deno run --env-file` (`libs/dotenv` in Deno's
 * source), which are those of Node's `parseEnv` and references to variables. A reference sees only
 * earlier lines: Deno also looks in the environment of its process, but this process is not the
 * function's. Takes linear time.
 *
 * @throws {RangeError} if references make the text much longer
 *
 * @example
 * ```ts
 * import { parseDotenv } from "./dotenv.ts";
 * parseDotenv("A=1\nB=${A}x\n").entries.map(({ value }) => value); // ["1", "1x"]
 * ```
 */
export function parseDotenv(content: string): Dotenv {
  const text = trimEnd(content.replaceAll("\r", ""));
  const end = text.length;
  const countLine = createLineCounter(text);
  const expand = createExpansion();
  const entries: DotenvEntry[] = [];
  const ignoredLines: number[] = [];
  let at = skipBlank(text, 0);
  while (at < end) {
    if (text[at] === "\n" || text[at] === "#") {
      at = nextLine(at);
      continue;
    }
    const line = countLine(at);
    const separator = findSeparator(at);
    if (text[separator] !== "=") {
      if (trim(text.slice(at, separator)) !== "") ignoredLines.push(line);
      at = skipBlank(text, separator);
      continue;
    }
    const key = trim(text.slice(at, separator));
    at = separator + 1;
    if (at === end || text[at] === "\n") {
      // Deno keeps `export` here.
      entries.push({ name: key, value: "", line });
      expand.define(key, "");
      continue;
    }
    // A value may begin on a later line.
    at = skipBlank(text, at);
    if (key === "") continue;
    const found = readValue(at);
    const name = key.startsWith(EXPORT) ? trim(key.slice(EXPORT.length)) : key;
    const value = found.isLiteral ? found.value : expand.apply(found.value, line);
    entries.push({ name, value, line });
    expand.define(name, value);
    at = found.next;
  }
  return { entries, ignoredLines };

  function readValue(start: number): FoundValue {
    const quote = text[start]!;
    if (!QUOTES.includes(quote)) {
      const [value = ""] = text.slice(start, lineEnd(start)).split("#", 1);
      return { value: trim(value), isLiteral: false, next: skipBlank(text, nextLine(start)) };
    }
    const closing = closingQuote(text, start);
    if (closing === undefined) {
      const value = text.slice(start, lineEnd(start));
      return { value, isLiteral: true, next: skipBlank(text, nextLine(start)) };
    }
    const value = text.slice(start + 1, closing);
    const isDouble = quote === '"';
    return {
      value: isDouble ? value.replaceAll("\\n", "\n") : value,
      isLiteral: !isDouble,
      next: nextLine(closing + 1),
    };
  }

  function findSeparator(from: number): number {
    const pattern = /[=\n]/g;
    pattern.lastIndex = from;
    return pattern.exec(text)?.index ?? end;
  }

  function lineEnd(from: number): number {
    const found = text.indexOf("\n", from);
    return found === -1 ? end : found;
  }

  function nextLine(from: number): number {
    return lineEnd(from) + 1;
  }
}

interface FoundValue {
  readonly value: string;
  /** References in it are not replaced. */
  readonly isLiteral: boolean;
  /** Position behind it. */
  readonly next: number;
}

/** Replaces references to the variables that it knows. */
interface Expansion {
  readonly apply: (value: string, line: number) => string;
  readonly define: (name: string, value: string) => void;
}

function createExpansion(): Expansion {
  const known = new Map<string, string>();
  let inserted = 0;
  return {
    apply: (value, line) =>
      value.replace(REFERENCE, (found, braced?: string, plain?: string) => {
        if (found === "\\$") return "$";
        const referred = known.get(braced ?? plain ?? "") ?? "";
        inserted += referred.length;
        if (inserted <= MAX_INSERTED) return referred;
        throw new RangeError(
          `line ${line}: references to variables add more than ${MAX_INSERTED} characters. ` +
            "Write the values out",
        );
      }),
    define: (name, value) => void known.set(name, value),
  };
}

/**
 * Returns the position of the quote that closes the one at `start`: the next one, unless further
 * text follows it on its line. Then, a later quote of that line closes: the last one before a
 * comment, otherwise one at the end of the line.
 */
function closingQuote(text: string, start: number): number | undefined {
  const quote = text[start]!;
  const first = text.indexOf(quote, start + 1);
  if (first === -1) return undefined;
  const found = text.indexOf("\n", first);
  const lineEnd = found === -1 ? text.length : found;
  const behind = skipBlank(text, first + 1);
  if (behind >= lineEnd || text[behind] === "#") return first;
  let atEnd: number | undefined;
  // The next character that is not blank.
  let follower = "";
  for (let at = lineEnd - 1; at > first; at--) {
    const character = text[at]!;
    if (character === quote && follower === "#") return at;
    if (character === quote && follower === "") atEnd = at;
    if (!isBlank(character)) follower = character;
  }
  return atEnd ?? first;
}

/** Returns a function that numbers the lines of growing positions. */
function createLineCounter(text: string): (position: number) => number {
  let line = 1;
  let counted = 0;
  return (position) => {
    for (; counted < position; counted++) if (text[counted] === "\n") line++;
    return line;
  };
}

function skipBlank(text: string, from: number): number {
  let at = from;
  while (isBlank(text[at])) at++;
  return at;
}

function trim(text: string): string {
  return trimEnd(text.slice(skipBlank(text, 0)));
}

/** Removes less than `String.trimEnd`, as Deno does. */
function trimEnd(text: string): string {
  let end = text.length;
  while (isBlank(text[end - 1])) end--;
  return text.slice(0, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t" || character === "\n";
}
