import { parseEnvFile } from "../../../lib/config/env_file.ts";
import { storedVariableProblem } from "../../../lib/config/stored_variable.ts";
import { CliError } from "../../exit_code.ts";
import { readInput } from "./read_input.ts";

/** Same limit as for env files of functions. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads the variables of an env file, or of standard input for `-`.
 *
 * @throws {CliError} if it can't be read, is empty, or a name or a value is not allowed
 */
export async function readImport(path: string): Promise<Record<string, string>> {
  return parseImport(await readText(path), path === "-" ? "Standard input" : `"${path}"`);
}

/** As {@linkcode readImport}, but `-` is a file of this name. */
export async function readImportFile(path: string): Promise<Record<string, string>> {
  return parseImport(await readEnvText(path), `"${path}"`);
}

/** Returns the text of an env file, which may be a pipe of the shell, as in `<(pass show env)`. */
export async function readEnvText(path: string): Promise<string> {
  return await readText(path === "-" ? "./-" : path);
}

/** Parses the text of an env file; `what` begins the messages. */
export function parseImport(text: string, what: string): Record<string, string> {
  if (text.includes("\0")) throw new CliError(`${what} contains a NUL byte. Name an env file`);
  const variables = parseEnvFile(what.replace(/^"(.*)"$/s, "$1"), text);
  const entries = Object.entries(variables);
  if (entries.length === 0) {
    throw new CliError(`${what} sets no variable. Write NAME=VALUE, one per line`);
  }
  for (const [name, value] of entries) {
    const problem = storedVariableProblem(name, value);
    if (problem !== undefined) throw new CliError(`${problem}. Nothing was set`);
  }
  return variables;
}

async function readText(path: string): Promise<string> {
  if (path === "-") {
    return await readInput(Deno.stdin, { what: "Standard input", maxBytes: MAX_FILE_BYTES });
  }
  try {
    using file = await Deno.open(path);
    return await readInput(file, { what: `"${path}"`, maxBytes: MAX_FILE_BYTES });
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`Cannot read "${path}": ${(error as Error).message}. Name an env file`);
  }
}
