import { MAX_VARIABLE_BYTES, storedVariableProblem } from "../../../lib/config/stored_variable.ts";
import { CliError, ExitCode } from "../../exit_code.ts";
import { readSecret } from "../../output/read_secret.ts";
import { makeVisible } from "../../output/visible.ts";
import { readInput } from "./read_input.ts";

/**
 * Values for the variables that are named: from the terminal, one after another, or the value of a
 * single one from standard input, whose last newline is cut.
 *
 * @throws {CliError} when there is none, or one that can't be set; nothing is set then
 */
export async function readValues(
  { name, given }: { readonly name: string; readonly given: readonly string[] },
): Promise<Record<string, string>> {
  const names = [...new Set(given)];
  const values: Record<string, string> = {};
  if (Deno.stdin.isTerminal()) {
    for (const one of names) {
      const prompt = `Value of ${one} for ${makeVisible(name)}, which is not shown: `;
      values[one] = requireGood(one, await readSecret(prompt));
    }
    return values;
  }
  const [only = "", ...others] = names;
  if (others.length > 0) {
    throw new CliError(
      "Standard input holds the value of one variable. Set them one by one, or all of them with: " +
        `ddsrv env import ${name} -`,
      ExitCode.Usage,
    );
  }
  return { [only]: requireGood(only, await readPiped(only)) };
}

async function readPiped(name: string): Promise<string> {
  // A value that is too long by a little is refused by its length with its name.
  const text = await readInput(Deno.stdin, {
    what: `The value of "${name}"`,
    maxBytes: MAX_VARIABLE_BYTES + 2,
  });
  if (text !== "") return text.replace(/\r?\n$/, "");
  throw new CliError(
    `Standard input is empty, and "${name}" was not set: did the command before it fail? For an ` +
      "empty value, give an empty line: echo | ddsrv env set …",
  );
}

function requireGood(name: string, value: string): string {
  const problem = storedVariableProblem(name, value);
  if (problem !== undefined) throw new CliError(`${problem}. Nothing was set`);
  return value;
}
