import { parseDotenv } from "./dotenv.ts";
import { ConfigError } from "./json_file.ts";
import { variableProblem } from "./variable.ts";

/**
 * Parses the text of an env file as `deno run --env-file` does: `NAME=VALUE` lines, quotes,
 * comments, `export`, `${NAME}`. If a name occurs twice, the first value counts.
 *
 * @throws {ConfigError} if a variable is not valid; the message has its name, never its value
 *
 * @example
 * ```ts
 * import { parseEnvFile } from "./env_file.ts";
 * parseEnvFile(".env", 'A=1\nB="two words" # why\n'); // { A: "1", B: "two words" }
 * ```
 */
export function parseEnvFile(path: string, text: string): Record<string, string> {
  const env = new Map<string, string>();
  try {
    for (const { name, value, line } of parseDotenv(text).entries) {
      const problem = variableProblem(name, value);
      if (problem !== undefined) throw new RangeError(`line ${line}: ${problem}`);
      if (!env.has(name)) env.set(name, value);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError(`${path} is not valid: ${error.message}`);
  }
  return Object.fromEntries(env);
}

/** Number of lines in the sentence of {@linkcode describeIgnoredLines}. */
const MAX_LINES = 5;

/**
 * Returns a sentence about the lines of an env file that count for nothing, by number and without
 * their text; `undefined` if there are none.
 */
export function describeIgnoredLines(path: string, text: string): string | undefined {
  const { ignoredLines } = parseDotenv(text);
  if (ignoredLines.length === 0) return undefined;
  const numbers = ignoredLines.slice(0, MAX_LINES).join(", ");
  const rest = ignoredLines.length > MAX_LINES ? ", …" : "";
  const lines = ignoredLines.length === 1 ? "line" : "lines";
  return `${path}: ddsrv ignores ${lines} ${numbers}${rest}, which have no "=". Write NAME=VALUE, ` +
    "or # in front of a comment";
}
