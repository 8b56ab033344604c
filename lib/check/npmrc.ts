import { ConfigError } from "../config/json_file.ts";
import { hostOf } from "./npm_registry.ts";

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

const VARIABLE = /\$\{([^}]*)\}/g;

/** No space, quote, comment or variable: nothing that is read in more than one way. */
const PLAIN = /^[!%&()*+,\-./0-9:<>?@A-Z[\]^_a-z{|}~=]+$/;

/**
 * The registries and credentials of a function's `.npmrc`, written anew with its variables expanded.
 * Deno would expand them from its environment, and take further keys for the names of files. Other
 * keys are left out. Source: npmrc(5).
 *
 * @throws {ConfigError} when it names a registry that is not allowed, or one by a variable that the
 * function does not have
 */
export function expandNpmrc(options: NpmrcOptions): string {
  return options.text.split(/\r?\n/).map((line, index) => expandLine(line, index + 1, options))
    .filter((line) => line !== undefined)
    .map((line) => `${line}\n`).join("");
}

function expandLine(line: string, number: number, options: NpmrcOptions): string | undefined {
  const { path, variables, isAllowed } = options;
  const trimmed = line.trim();
  if (trimmed === "" || /^[;#]/.test(trimmed)) return undefined;
  const [, rawKey = "", rawValue = ""] = /^([^=]*?)\s*=\s*(.*)$/.exec(trimmed) ?? [];
  const unknown: string[] = [];
  const expand = (text: string): string =>
    text.replace(VARIABLE, (_, name: string) => {
      // npm takes an empty text for a missing variable whose name ends in "?".
      const [, wanted = "", isOptional] = /^(.*?)(\?)?$/.exec(name)!;
      const value = variables[wanted];
      if (value === undefined && isOptional === undefined) unknown.push(wanted);
      return value ?? "";
    });
  const [key, value] = [expand(rawKey), expand(unquote(rawValue))];
  const isRegistry = REGISTRY.test(key);
  const credentials = CREDENTIALS.exec(key);
  if (!isRegistry && credentials === null) return undefined;
  const fail = (what: string): never => {
    throw new ConfigError(`${path}:${number} ${what}`);
  };
  if (isRegistry) {
    if (unknown.length > 0) {
      fail(
        `names a registry by the variable "${unknown[0]}", which the function does not have. Set ` +
          'it in .env, or in "env" of ddsrv.json',
      );
    }
    const isUrl = /^https?:\/\//.test(value) && URL.canParse(value);
    if (!isUrl || !PLAIN.test(value) || !PLAIN.test(key)) {
      fail(`names the registry "${value}", which is no URL. Write https://HOST/`);
    }
    const host = hostOf(value);
    if (!isAllowed(host)) {
      fail(
        `names the registry ${host}, which is not allowed here. Remove the line, or have the ` +
          `operator add "${host}" to "registries" in the functions directory's ddsrv.json`,
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
