import { MAX_VARIABLE_BYTES, storedVariableProblem } from "../../../lib/config/stored_variable.ts";
import { CliError, usageError } from "../../exit_code.ts";
import { readSecret } from "../../output/read_secret.ts";
import { makeVisible } from "../../output/visible.ts";
import { readInput } from "./read_input.ts";

/**
 * Reads values for the named variables: prompts for each on a terminal, or reads the value of a
 * single variable from standard input, without its last newline.
 *
 * @throws {CliError} if there is no value, or a value is not allowed
 */
export async function readValues(
  { name, given }: { readonly name: string; readonly given: readonly string[] },
): Promise<Record<string, string>> {
  const names = [...new Set(given)];
  const values: Record<string, string> = {};
  if (Deno.stdin.isTerminal()) {
    for (const one of names) {
      const prompt = `Value of ${one} for ${makeVisible(name)} (not shown): `;
      values[one] = requireValid(one, await readSecret(prompt));
    }
    return values;
  }
  const [only = "", ...others] = names;
  if (others.length > 0) {
    throw usageError(
      "Standard input can set only one variable. Set them one by one, or import all of them: " +
        `ddsrv env import ${name} -`,
    );
  }
  return { [only]: requireValid(only, await readPiped(only)) };
}

async function readPiped(name: string): Promise<string> {
  // Two bytes more, so that storedVariableProblem() reports a slightly too long value.
  const text = await readInput(Deno.stdin, {
    what: `The value of "${name}"`,
    maxBytes: MAX_VARIABLE_BYTES + 2,
  });
  if (text !== "") return text.replace(/\r?\n$/, "");
  throw new CliError(
    `Standard input is empty, so "${name}" was not set. Check the command before the pipe. For an ` +
      "empty value, pipe an empty line: echo | ddsrv env set …",
  );
}

function requireValid(name: string, value: string): string {
  const problem = storedVariableProblem(name, value);
  if (problem !== undefined) throw new CliError(`${problem}. Nothing was set`);
  return value;
}
