/** The file that a start command runs, or the reason why that can't be told. */
export type StartCommand =
  | { readonly type: "file"; readonly file: string }
  | { readonly type: "odd"; readonly reason: string };

/** A program, and its flags that this parser may pass over. */
interface Program {
  readonly name: string;
  readonly verbs: readonly string[];
  readonly flags: RegExp;
  /** Flags whose value is the next word, unless it follows an equals sign. */
  readonly valued: readonly string[];
}

const MAX_LENGTH = 4_096;

/**
 * Flags that change nothing for a function: ddsrv has its own permissions, checks and reloads, reads
 * `.env`, and chooses the port. Those that decide which modules the code gets are not among them.
 * Source: `deno run --help=full` and `deno serve --help=full` of Deno 2.9.
 */
const DENO: Program = {
  name: "deno",
  verbs: ["run", "serve"],
  flags: new RegExp(
    "^(?:-[ARWNESIPqr]+|" +
      "--(?:allow|deny)-(?:all|read|write|import|net|env|sys|run|ffi|scripts)|" +
      "--ignore-(?:env|read)|--permission-set|--no-prompt|--quiet|--check|--no-check|--watch|" +
      "--watch-exclude|--watch-hmr|--hmr|--no-clear-screen|--no-code-cache|--reload|" +
      "--cached-only|--no-lock|--frozen|--frozen-lockfile|--node-modules-dir|" +
      "--env-file(?:=\\.env)?|--env(?:=\\.env)?|--unstable(?:-[a-z-]+)?|--open|--parallel)$",
  ),
  valued: ["--port", "--host", "--seed"],
};

const NODE: Program = {
  name: "node",
  verbs: [],
  flags: /^(?:--enable-source-maps|--(?:no|trace)-(?:warnings|deprecation)|--env-file=\.env)$/,
  valued: [],
};

/** Flags whose value may be a list of anything: only the part before the equals sign counts. */
const WITH_ANY_VALUE =
  /^--(?:(?:allow|deny)-[a-z]+|ignore-(?:env|read)|permission-set|check|no-check|watch|watch-exclude|watch-hmr|hmr|reload|frozen|frozen-lockfile|node-modules-dir)=|^-[RWNESIPr]=/;

/**
 * Finds the file in a task such as `deno run -A main.ts` or `deno serve --port 8000 main.ts`. Only
 * plain commands count: no shell syntax, no variables, no arguments after the file.
 *
 * @example
 * ```ts
 * import { parseDenoStart } from "./start_command.ts";
 * parseDenoStart("deno serve --port 8000 main.ts"); // { type: "file", file: "main.ts" }
 * ```
 */
export function parseDenoStart(text: string): StartCommand {
  return parseStart(text, DENO);
}

/** Finds the file in a script such as `node server.js`, see {@linkcode parseDenoStart}. */
export function parseNodeStart(text: string): StartCommand {
  return parseStart(text, NODE);
}

function parseStart(text: string, program: Program): StartCommand {
  if (text.length > MAX_LENGTH) return odd(`is longer than ${MAX_LENGTH} characters`);
  const words = splitWords(text);
  if (words === undefined) return odd("uses shell syntax");
  const [name, ...rest] = words;
  const [verb = ""] = rest;
  const hasVerb = program.verbs.length > 0;
  if (name !== program.name || hasVerb && !program.verbs.includes(verb)) {
    return odd(
      `is not plain "${[program.name, program.verbs[0], "FILE"].filter(Boolean).join(" ")}"`,
    );
  }
  const given = hasVerb ? rest.slice(1) : rest;
  for (let at = 0; at < given.length; at++) {
    const word = given[at]!;
    if (!word.startsWith("-")) {
      return at === given.length - 1
        ? { type: "file", file: word }
        : odd("passes arguments to the program");
    }
    const [flag = ""] = word.split("=", 1);
    if (program.valued.includes(flag)) {
      if (flag === word) at++;
      continue;
    }
    if (program.flags.test(word)) continue;
    if (program === DENO && WITH_ANY_VALUE.test(word)) continue;
    return odd(`uses ${JSON.stringify(flag.slice(0, 100))}`);
  }
  return odd("names no file");
}

function odd(reason: string): StartCommand {
  return { type: "odd", reason };
}

/** A word without shell syntax, or in quotes of which no part is special. */
const WORD = /^(?:[\w@%+=:,./-]+|"[\w@%+=:,./ -]*"|'[\w@%+=:,./ -]*')$/;

/** A word of which a part is in quotes, such as `--allow-net="a.test"`. */
const FLAG_WITH_QUOTES = /^(--?[\w-]+=)("[\w@%+:,./ -]*"|'[\w@%+:,./ -]*')$/;

/** Splits a command into words; `undefined` if a shell would do more than that. */
function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  for (const word of text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+|["']/g) ?? []) {
    if (WORD.test(word)) words.push(word.replace(/^["']|["']$/g, ""));
    else {
      const [, flag, value] = FLAG_WITH_QUOTES.exec(word) ?? [];
      if (flag === undefined || value === undefined) return undefined;
      words.push(flag + value.slice(1, -1));
    }
  }
  return /[\n\r]/.test(text.trim()) ? undefined : words;
}
