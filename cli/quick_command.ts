/**
 * A command line that runs without the command tree, which takes three times as long to load as the
 * command itself.
 */
export type QuickCommand =
  | { readonly type: "help" }
  | { readonly type: "version"; readonly isJson: boolean }
  | { readonly type: "list"; readonly options: QuickListOptions };

/** Options of a quick `ddsrv list`. */
export interface QuickListOptions {
  /** `undefined` if the command line does not name one. */
  readonly socket?: string;
  readonly json?: true;
  readonly quiet?: true;
}

/**
 * Parses the command lines that must answer fast: the help, the version, and the simple forms of
 * `ddsrv list` that completions, scripts and people use. Returns `undefined` for all others, also
 * for those that are not valid: the command tree parses them and says what is wrong.
 *
 * @example
 * ```ts
 * import { parseQuick } from "./quick_command.ts";
 * parseQuick(["ls", "--quiet"]); // { type: "list", options: { quiet: true } }
 * parseQuick(["ls", "--watch"]); // undefined
 * ```
 */
export function parseQuick([first, ...rest]: readonly string[]): QuickCommand | undefined {
  switch (first) {
    case "-h":
    case "--help":
      return rest.length === 0 ? { type: "help" } : undefined;
    case "-V":
    case "--version":
      return parseVersion(rest);
    case "--json":
      return rest[0] === "-V" || rest[0] === "--version"
        ? parseVersion([first, ...rest.slice(1)])
        : undefined;
    case "list":
    case "ls": {
      const options = parseListOptions(rest);
      return options === undefined ? undefined : { type: "list", options };
    }
    default:
      return undefined;
  }
}

function parseVersion(rest: readonly string[]): QuickCommand | undefined {
  const isJson = rest[0] === "--json";
  return rest.length === (isJson ? 1 : 0) ? { type: "version", isJson } : undefined;
}

function parseListOptions(args: readonly string[]): QuickListOptions | undefined {
  const words = [...args];
  let options: QuickListOptions = {};
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "-q" || word === "--quiet") {
      options = { ...options, quiet: true };
    } else if (word === "--json") {
      options = { ...options, json: true };
    } else if (word === "--socket" || word.startsWith("--socket=")) {
      const socket = word === "--socket" ? words.shift() : word.slice("--socket=".length);
      if (socket === undefined || socket === "" || socket.startsWith("-")) return undefined;
      options = { ...options, socket };
    } else {
      return undefined;
    }
  }
  return options.json && options.quiet ? undefined : options;
}
