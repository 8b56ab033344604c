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
