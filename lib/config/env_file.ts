import { parseEnv } from "node:util";
import { ConfigError } from "./json_file.ts";
import { variableProblem } from "./variable.ts";

/**
 * Parses the text of an env file as `node --env-file` does: `NAME=VALUE` lines, quotes, comments,
 * `export`.
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
  const env = parseEnv(text) as Record<string, string>;
  for (const [name, value] of Object.entries(env)) {
    const problem = variableProblem(name, value);
    if (problem !== undefined) throw new ConfigError(`${path} is not valid: ${problem}`);
  }
  return env;
}
