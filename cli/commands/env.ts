import type { FunctionReport, VariablesChange, VariablesRequest } from "../../lib/control/api.ts";
import { connectControl, type ControlClient } from "../../lib/control/client.ts";
import { nearest } from "../../lib/config/suggestion.ts";
import { variableNameProblem } from "../../lib/config/stored_variable.ts";
import { nameProblem } from "../../lib/function/name.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { noSuchFunction } from "../function_names.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { makeVisibleLines } from "../output/visible.ts";
import type { EnvAction } from "./env/actions.ts";
import { readImport } from "./env/read_import.ts";
import { readValues } from "./env/read_values.ts";
import { formatVariables } from "./env/variable_table.ts";
import { isWell } from "./wait_until_settled.ts";

/** The words of the command line. */
export interface EnvWords {
  readonly action: EnvAction;
  /** The function. */
  readonly name: string;
  /** Names of variables, or a file. */
  readonly given: readonly string[];
}

/** Options of `ddsrv env`. */
export interface EnvOptions {
  readonly socket: string;
  readonly json?: true | undefined;
}

/** How long the function may take to come back with its variables. */
const TIMEOUT_MS = 120_000;

/**
 * Sets, lists or unsets the variables that the operator gives a function. The supervisor keeps them,
 * so that changes at the same time are all there afterwards; without one, nothing is changed.
 */
export async function env(words: EnvWords, options: EnvOptions): Promise<number> {
  const { name, action } = words;
  const problem = nameProblem(name);
  if (problem !== undefined) {
    throw usage(`${JSON.stringify(name)} can't be a function's name: ${problem}`);
  }
  requireWords(words);
  using control = connectControl(options.socket);
  // Nobody types a value for a supervisor that is not there.
  if (action !== "list") await control.supervisor();
  switch (action) {
    case "list":
      return await list(control, words, options);
    case "set":
      return await change(control, words, options, { set: await readValues(words) });
    case "import":
      return await change(control, words, options, { set: await readImport(words.given[0]!) });
    case "unset":
      return await change(control, words, options, { unset: [...new Set(words.given)] });
    default:
      return action satisfies never;
  }
}

function requireWords({ action, given }: EnvWords): void {
  switch (action) {
    case "list":
      if (given.length > 0) throw usage("list takes the function's name alone");
      return;
    case "import":
      if (given.length !== 1) {
        throw usage("Name one env file to import, or - for standard input");
      }
      return;
    case "set":
    case "unset":
      if (given.length === 0) throw usage(`Name the variables to ${action}`);
      return given.forEach(requireVariableName);
    default:
      action satisfies never;
  }
}

/** The value behind an equals sign is not said again: what is printed may come into a log. */
function requireVariableName(given: string): void {
  const equals = given.indexOf("=");
  const name = equals === -1 ? given : given.slice(0, equals);
  if (equals > 0 && variableNameProblem(name) === undefined) {
    throw usage(
      `Give "${name}" without its value: everybody on this host can read command lines, and the ` +
        "shell keeps them. The value is asked for, or read from standard input. If that one is a " +
        "secret, change it",
    );
  }
  const problem = variableNameProblem(name);
  if (problem !== undefined) throw usage(problem);
}

async function list(
  control: ControlClient,
  { name }: EnvWords,
  options: EnvOptions,
): Promise<number> {
  const variables = await control.variables(name);
  if (variables === undefined) throw await unknown(control, name);
  if (options.json) printJson(variables);
  else if (variables.length === 0) printError(`${name} has no variables\n`);
  else printOut(formatVariables(variables));
  return ExitCode.Done;
}

async function change(
  control: ControlClient,
  { name, action, given }: EnvWords,
  options: EnvOptions,
  request: VariablesRequest,
): Promise<number> {
  const done = await control.changeVariables(name, request);
  if (done === undefined) throw await unknown(control, name);
  const missing = action === "unset" ? given.filter((one) => !done.changed.includes(one)) : [];
  if (done.effect === "absent" && done.changed.length === 0 && missing.length > 0) {
    if (await control.variables(name) === undefined) throw await unknown(control, name);
  }
  const verb = action === "unset" ? "unset" : "set";
  const what = done.changed.length === 0
    ? "nothing has changed"
    : `${done.changed.join(", ")} ${verb}`;
  const isServed = await conclude(control, { name, what, done, isQuiet: options.json === true });
  for (const one of missing) {
    printError(`ddsrv: "${one}" is not set for "${name}". See: ddsrv env list ${name}\n`);
  }
  if (options.json) printJson(await control.variables(name) ?? []);
  return isServed && missing.length === 0 ? ExitCode.Done : ExitCode.Failed;
}

/** Says what became of the function, once that is known; `false` when it does not serve. */
async function conclude(
  control: ControlClient,
  { name, what, done, isQuiet }: {
    readonly name: string;
    readonly what: string;
    readonly done: VariablesChange;
    readonly isQuiet: boolean;
  },
): Promise<boolean> {
  const say = (text: string): void => {
    if (!isQuiet) printError(`${name}: ${what}; ${text}\n`);
  };
  switch (done.effect) {
    case "absent":
      say(await describeAbsence(control, name));
      return true;
    case "current":
      say("it goes on as it is");
      return true;
    case "reloaded": {
      const report = await control.find(name, { until: "settled", timeoutMs: TIMEOUT_MS });
      if (report !== undefined && isWell(report)) {
        say("it is reloaded");
        return true;
      }
      printError(`ddsrv: ${name}: ${what}, but ${problemOf(report)}\n`);
      return false;
    }
    default:
      return done.effect satisfies never;
  }
}

/** A function that is not there may be one whose name is not well typed. */
async function describeAbsence(control: ControlClient, name: string): Promise<string> {
  const known = (await control.functions()).map((one) => one.name);
  if (known.includes(name)) return "it is not served, and gets them when it is";
  const meant = nearest(name, known);
  const hint = meant === undefined ? "" : `. Did you mean ${JSON.stringify(meant)}?`;
  return `it is not there yet, and gets them when it is added${hint}`;
}

function problemOf(report: FunctionReport | undefined): string {
  if (report?.reason) {
    const detail = report.detail === null ? "" : `\n${makeVisibleLines(report.detail)}`;
    return `it does not serve with them: ${report.reason}${detail}`;
  }
  const state = report?.pending ?? report?.status ?? "gone";
  return `it is ${state} after ${TIMEOUT_MS / 1000} s. See: ddsrv inspect ${report?.name ?? ""}`;
}

async function unknown(control: ControlClient, name: string): Promise<CliError> {
  return noSuchFunction(name, (await control.functions()).map((one) => one.name));
}

function usage(message: string): CliError {
  return new CliError(message, ExitCode.Usage);
}
