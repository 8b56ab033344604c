import { ConfigError } from "../config/json_file.ts";
import { urlHost } from "./url_host.ts";

/** Options of {@linkcode expandNpmrc}. */
export interface NpmrcOptions {
  /** Path for error messages. */
  readonly path: string;
  readonly text: string;
  /** The function's variables; `${NAME}` refers only to these. */
  readonly variables: Readonly<Record<string, string>>;
  /** Returns true if packages may come from a host, given as `host:port`. */
  readonly isAllowed: (host: string) => boolean;
}

const REGISTRY = /^(?:@[^\s:]+:)?registry$/;

/** Keys of a registry's credentials: the registry without its scheme, then the kind. */
const CREDENTIALS = /^(\/\/\S+):(?:_authToken|_auth|username|_password|email)$/;

/** A name contains no `$`; otherwise, a text of many `${` would take quadratic time. */
const VARIABLE = /\$\{([^}$]*)\}/g;

/** Maximum number of characters that variables add to a file: each may be long, and used often. */
const MAX_EXPANDED = 1024 ** 2;

/** Maximum number of characters of a name or a URL that a message quotes. */
const MAX_QUOTED = 200;

/** No space, quote, comment or variable, so that all parsers read it the same way. */
const PLAIN = /^[!%&()*+,\-./0-9:<>?@A-Z[\]^_a-z{|}~=]+$/;

/**
 * Returns the registries and credentials of a function's `.npmrc` as a new file, with its variables
 * expanded. Deno would expand them from its own environment, and interpret other keys as file
 * names. Other keys are dropped. Source: npmrc(5).
 *
 * @throws {ConfigError} when it names a registry that is not allowed, or one by a variable that the
 * function does not have
 */
export function expandNpmrc(options: NpmrcOptions): string {
  const remaining = { characters: MAX_EXPANDED };
  return options.text.split(/\r?\n/)
    .map((line, index) => expandLine(line, { ...options, number: index + 1, remaining }))
    .filter((line) => line !== undefined)
    .map((line) => `${line}\n`).join("");
}

/**
 * Returns the variables of a function to which its `.npmrc` refers, where Deno itself expands the
 * file from its environment. Leaves out names that control Deno or the dynamic linker.
 *
 * @example
 * ```ts
 * import { referredVariables } from "./npmrc.ts";
 * referredVariables("//r.test/:_authToken=${TOKEN}", { TOKEN: "t", OTHER: "o" }); // { TOKEN: "t" }
 * ```
 */
export function referredVariables(
  text: string,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = Array.from(text.matchAll(VARIABLE), ([, name]) => name!.replace(/\?$/, ""));
  return Object.fromEntries(
    [...new Set(names)]
      .filter((name) => Object.hasOwn(variables, name) && !CONTROLLING.test(name))
      .map((name) => [name, variables[name]!]),
  );
}

/** Variables that change what Deno, V8 or the dynamic linker does. */
const CONTROLLING = /^(?:DENO_|LD_|V8_|NODE_|NO_COLOR|FORCE_COLOR|HOME$|PATH$|TMPDIR$)/;

interface Line extends NpmrcOptions {
  /** Starts at 1. */
  readonly number: number;
  /** Number of characters that variables may still add to the file. */
  readonly remaining: { characters: number };
}

function expandLine(
  line: string,
  { path, variables, isAllowed, number, remaining }: Line,
): string | undefined {
  const trimmed = line.trim();
  if (trimmed === "" || /^[;#]/.test(trimmed)) return undefined;
  const end = trimmed.indexOf("=");
  if (end === -1) return undefined;
  // No regular expression, because it would need quadratic time for many spaces.
  const [rawKey, rawValue] = [trimmed.slice(0, end).trimEnd(), trimmed.slice(end + 1).trimStart()];
  const fail = (what: string): never => {
    throw new ConfigError(`${path}:${number} ${what}`);
  };
  const unknown: string[] = [];
  const expand = (text: string): string =>
    text.replace(VARIABLE, (_, name: string) => {
      // npm replaces a missing variable by an empty text if its name ends in "?".
      const [, wanted = "", isOptional] = /^(.*?)(\?)?$/.exec(name)!;
      const value = Object.hasOwn(variables, wanted) ? variables[wanted] : undefined;
      if (value === undefined && isOptional === undefined) unknown.push(wanted);
      remaining.characters -= value?.length ?? 0;
      if (remaining.characters < 0) {
        fail(`has variables of more than ${MAX_EXPANDED} characters. Use shorter ones`);
      }
      return value ?? "";
    });
  const [key, value] = [expand(rawKey), expand(unquote(rawValue))];
  const isRegistry = REGISTRY.test(key);
  const credentials = CREDENTIALS.exec(key);
  if (!isRegistry && credentials === null) return undefined;
  if (isRegistry) {
    if (unknown.length > 0) {
      fail(
        `uses the variable "${
          quotable(unknown[0]!)
        }" for a registry, but the function does not have it. Set ` +
          "it with ddsrv env, or in .env",
      );
    }
    const isUrl = /^https?:\/\//.test(value) && URL.canParse(value);
    if (!isUrl || !PLAIN.test(value) || !PLAIN.test(key)) {
      fail(`has the registry "${quotable(value)}", which is not a URL. Write https://HOST/`);
    }
    const host = urlHost(value);
    if (!isAllowed(host)) {
      fail(
        `has the registry ${quotable(host)}, which is not allowed. Remove the line, or ask ` +
          `the operator to add "${
            quotable(host)
          }" to "registries" in the functions directory's ddsrv.json`,
      );
    }
    return `${key}=${value}`;
  }
  // Credentials with a missing variable are for other tasks, such as publishing.
  if (unknown.length > 0 || value === "") return undefined;
  if (!PLAIN.test(value) || !PLAIN.test(key)) {
    fail("has credentials with an invalid character. Use letters, digits and +/=");
  }
  return `${key}=${value}`;
}

function unquote(text: string): string {
  return /^"(.*)"$/.exec(text)?.[1] ?? /^'(.*)'$/.exec(text)?.[1] ?? text;
}

function quotable(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}
