import { connectControl, type ControlClient } from "../../lib/control/control_client.ts";
import { variableNameProblem } from "../../lib/config/stored_variable.ts";
import { nameProblem } from "../../lib/config/function_name.ts";
import { ExitCode, usageError } from "../exit_code.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { formatVariables } from "../output/variable_table.ts";
import type { EnvAction } from "./env/actions.ts";
import { changeVariables, unknownFunction } from "./env/change_variables.ts";
import { readImport } from "./env/read_import.ts";
import { readValues } from "./env/read_values.ts";

/** Arguments of `ddsrv env`. */
export interface EnvWords {
  readonly action: EnvAction;
  /** Name of the function. */
  readonly name: string;
  /** Names of variables, or the file to import. */
  readonly given: readonly string[];
}

/** Options of `ddsrv env`. */
export interface EnvOptions {
  readonly socket: string;
  readonly json?: true | undefined;
}

/**
 * Sets, lists, unsets or imports variables of a function and returns the exit code. The supervisor
 * stores them, so concurrent changes do not overwrite each other. Needs a running supervisor.
 */
export async function env(words: EnvWords, options: EnvOptions): Promise<number> {
  const { name, action } = words;
  const isJson = options.json === true;
  const problem = nameProblem(name);
  if (problem !== undefined) {
    throw usageError(`${JSON.stringify(name)} can't be a function's name: ${problem}`);
  }
  requireWords(words);
  using control = connectControl(options.socket);
  // Fail before the user types a value.
  if (action !== "list") await control.supervisor();
  switch (action) {
    case "list":
      return await list(control, words, options);
    case "set":
      return await changeVariables(control, name, { set: await readValues(words), isJson });
    case "import":
      return await changeVariables(control, name, {
        set: await readImport(words.given[0]!),
        isJson,
      });
    case "unset":
      return await changeVariables(control, name, { unset: [...new Set(words.given)], isJson });
    default:
      return action satisfies never;
  }
}

function requireWords({ action, given }: EnvWords): void {
  switch (action) {
    case "list":
      if (given.length > 0) throw usageError("list takes only the name of a function");
      return;
    case "import":
      if (given.length !== 1) {
        throw usageError("Name one env file to import, or - to read standard input");
      }
      return;
    case "set":
    case "unset":
      if (given.length === 0) throw usageError(`Name the variables to ${action}`);
      return given.forEach(requireVariableName);
    default:
      action satisfies never;
  }
}

/** Refuses NAME=VALUE without printing the value, because output may end up in a log. */
function requireVariableName(given: string): void {
  const equals = given.indexOf("=");
  const name = equals === -1 ? given : given.slice(0, equals);
  if (equals > 0 && variableNameProblem(name) === undefined) {
    throw usageError(
      `Name "${name}" without its value: every user of this host can read command lines, and the ` +
        "shell saves them. ddsrv prompts for the value or reads it from standard input. If this " +
        "value is a secret, replace it",
    );
  }
  const problem = variableNameProblem(name);
  if (problem !== undefined) throw usageError(problem);
}

async function list(
  control: ControlClient,
  { name }: EnvWords,
  options: EnvOptions,
): Promise<number> {
  const variables = await control.variables(name);
  if (variables === undefined) throw await unknownFunction(control, name);
  if (options.json) printJson(variables);
  else if (variables.length === 0) printError(`${name} has no variables\n`);
  else printOut(formatVariables(variables));
  return ExitCode.Done;
}
