import { ConfigError } from "../config/json_file.ts";
import { urlHost } from "./url_host.ts";

/** A function's `.npmrc`, and what it may say. */
export interface NpmrcOptions {
  /** Named in messages. */
  readonly path: string;
  readonly text: string;
  /** The function's own variables: `${NAME}` stands for one of these, and for no other. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether packages may come from a host, given as `host:port`. */
  readonly isAllowed: (host: string) => boolean;
}

const REGISTRY = /^(?:@[^\s:]+:)?registry$/;

/** The keys that give a registry's credentials: the registry without its scheme, then the kind. */
const CREDENTIALS = /^(\/\/\S+):(?:_authToken|_auth|username|_password|email)$/;

/** A name has no `$`: with one, a text of nothing but beginnings would be read again from each. */
const VARIABLE = /\$\{([^}$]*)\}/g;

/** Most that variables add to a file, in characters: each may be long, and named many times. */
const MAX_EXPANDED = 1024 ** 2;

/** Most of a name or a URL that a message quotes, in characters. */
const MAX_QUOTED = 200;

/** No space, quote, comment or variable: nothing that is read in more than one way. */
const PLAIN = /^[!%&()*+,\-./0-9:<>?@A-Z[\]^_a-z{|}~=]+$/;

/**
 * The registries and credentials of a function's `.npmrc`, written anew with its variables
 * expanded. Deno would expand them from its environment, and take further keys for the names of
 * files. Other keys are left out. Source: npmrc(5).
 *
 * @throws {ConfigError} when it names a registry that is not allowed, or one by a variable that the
 * function does not have
 */
export function expandNpmrc(options: NpmrcOptions): string {
  const room = { characters: MAX_EXPANDED };
  return options.text.split(/\r?\n/)
    .map((line, index) => expandLine(line, { ...options, number: index + 1, room }))
    .filter((line) => line !== undefined)
    .map((line) => `${line}\n`).join("");
}

interface Line extends NpmrcOptions {
  /** From 1. */
  readonly number: number;
  /** The size that variables may still add to the whole file. */
  readonly room: { characters: number };
}

function expandLine(
  line: string,
  { path, variables, isAllowed, number, room }: Line,
): string | undefined {
  const trimmed = line.trim();
  if (trimmed === "" || /^[;#]/.test(trimmed)) return undefined;
  const end = trimmed.indexOf("=");
  if (end === -1) return undefined;
  // No regular expression: one would try each of a million spaces as the end of the key.
  const [rawKey, rawValue] = [trimmed.slice(0, end).trimEnd(), trimmed.slice(end + 1).trimStart()];
  const fail = (what: string): never => {
    throw new ConfigError(`${path}:${number} ${what}`);
  };
  const unknown: string[] = [];
  const expand = (text: string): string =>
    text.replace(VARIABLE, (_, name: string) => {
      // npm takes an empty text for a missing variable whose name ends in "?".
      const [, wanted = "", isOptional] = /^(.*?)(\?)?$/.exec(name)!;
      const value = Object.hasOwn(variables, wanted) ? variables[wanted] : undefined;
      if (value === undefined && isOptional === undefined) unknown.push(wanted);
      room.characters -= value?.length ?? 0;
      if (room.characters < 0) {
        fail(`becomes longer than ${MAX_EXPANDED} characters by its variables. Use shorter ones`);
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
        `names a registry by the variable "${
          quotable(unknown[0]!)
        }", which the function does not have. Set ` +
          "it with ddsrv env, or in .env",
      );
    }
    const isUrl = /^https?:\/\//.test(value) && URL.canParse(value);
    if (!isUrl || !PLAIN.test(value) || !PLAIN.test(key)) {
      fail(`names the registry "${quotable(value)}", which is no URL. Write https://HOST/`);
    }
    const host = urlHost(value);
    if (!isAllowed(host)) {
      fail(
        `names the registry ${
          quotable(host)
        }, which is not allowed here. Remove the line, or have ` +
          `the operator add "${
            quotable(host)
          }" to "registries" in the functions directory's ddsrv.json`,
      );
    }
    return `${key}=${value}`;
  }
  // Credentials without their variable are for other occasions, such as publishing.
  if (unknown.length > 0 || value === "") return undefined;
  if (!PLAIN.test(value) || !PLAIN.test(key)) {
    fail("holds credentials with a character that can't be passed on. Use letters, digits and +/=");
  }
  return `${key}=${value}`;
}

function unquote(text: string): string {
  return /^"(.*)"$/.exec(text)?.[1] ?? /^'(.*)'$/.exec(text)?.[1] ?? text;
}

function quotable(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}
