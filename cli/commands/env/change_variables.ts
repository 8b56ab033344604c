import type {
  FunctionReport,
  VariablesChange,
  VariablesRequest,
} from "../../../lib/control/api.ts";
import type { ControlClient } from "../../../lib/control/control_client.ts";
import { nearest } from "../../../lib/config/suggestion.ts";
import { type CliError, ExitCode } from "../../exit_code.ts";
import { noSuchFunction } from "../../function_names.ts";
import { printError, printJson } from "../../output/print.ts";
import { makeVisibleLines } from "../../output/visible.ts";
import { isWell } from "../wait_until_settled.ts";

/** Variables to set or to unset. */
export interface ChangeOptions extends Pick<VariablesRequest, "set" | "unset"> {
  /** Print the variables as JSON instead of a message. */
  readonly isJson: boolean;
}

/** Timeout until the function is ready with its new variables. */
const TIMEOUT_MS = 120_000;

/** Changes variables of a function and waits until it has them; returns the exit code. */
export async function changeVariables(
  control: ControlClient,
  name: string,
  { set, unset, isJson }: ChangeOptions,
): Promise<ExitCode> {
  const done = await control.changeVariables(name, { set, unset });
  if (done === undefined) throw await unknownFunction(control, name);
  const missing = (unset ?? []).filter((one) => !done.changed.includes(one));
  if (done.effect === "absent" && done.changed.length === 0 && missing.length > 0) {
    if (await control.variables(name) === undefined) throw await unknownFunction(control, name);
  }
  const verb = set === undefined ? "unset" : "set";
  const what = done.changed.length === 0 ? "nothing changed" : `${done.changed.join(", ")} ${verb}`;
  const isServed = await conclude(control, { name, what, done, isQuiet: isJson });
  for (const one of missing) {
    printError(`ddsrv: "${one}" is not set for "${name}". See: ddsrv env list ${name}\n`);
  }
  if (isJson) printJson(await control.variables(name) ?? []);
  return isServed && missing.length === 0 ? ExitCode.Done : ExitCode.Failed;
}

/** Reports the effect on the function; returns false if it does not serve afterwards. */
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
      say("no reload needed");
      return true;
    case "reloaded": {
      const report = await control.find(name, { until: "settled", timeoutMs: TIMEOUT_MS });
      if (report !== undefined && isWell(report)) {
        say("function reloaded");
        return true;
      }
      printError(`ddsrv: ${name}: ${what}, but ${problemOf(report)}\n`);
      return false;
    }
    default:
      return done.effect satisfies never;
  }
}

/** Explains why nothing was reloaded, with a suggestion for a mistyped name. */
async function describeAbsence(control: ControlClient, name: string): Promise<string> {
  const known = (await control.functions()).map((one) => one.name);
  if (known.includes(name)) return "they apply when the function is served";
  const meant = nearest(name, known);
  const hint = meant === undefined ? "" : `. Did you mean ${JSON.stringify(meant)}?`;
  return `the function does not exist yet; they apply when it is added${hint}`;
}

function problemOf(report: FunctionReport | undefined): string {
  if (report?.reason) {
    const detail = report.detail === null ? "" : `\n${makeVisibleLines(report.detail)}`;
    return `the function does not serve with them: ${report.reason}${detail}`;
  }
  const state = report?.pending ?? report?.status ?? "gone";
  return `the function is still ${state} after ${TIMEOUT_MS / 1000} s. ` +
    `See: ddsrv inspect ${report?.name ?? ""}`;
}

/** Returns the error for an unknown function, with a suggestion. */
export async function unknownFunction(control: ControlClient, name: string): Promise<CliError> {
  return noSuchFunction(name, (await control.functions()).map((one) => one.name));
}
