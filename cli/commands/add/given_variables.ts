import type { Variable } from "../../../lib/config/variable.ts";
import { storedVariableProblem } from "../../../lib/config/stored_variable.ts";
import type { ControlClient } from "../../../lib/control/control_client.ts";
import { CliError, usageError } from "../../exit_code.ts";
import { printError } from "../../output/print.ts";

/** Variables that `add` sets for a function; the supervisor stores them outside its folder. */
export interface GivenVariables {
  /** `undefined` if there are none. */
  readonly values: Readonly<Record<string, string>> | undefined;
  /** Stores them; instances that start from now on have them. */
  readonly set: (name: string) => Promise<void>;
  /** Reloads the running instance unless it already has them. */
  readonly apply: (name: string) => Promise<void>;
  /** Restores the previous variables if {@linkcode set} changed them. */
  readonly undo: (name: string) => Promise<void>;
}

/**
 * Validates the variables of a command line.
 *
 * @throws {CliError} if a name or a value is not allowed
 */
export function givenVariables(
  control: ControlClient,
  variables: readonly Variable[] = [],
): GivenVariables {
  for (const [name, value] of variables) {
    const problem = storedVariableProblem(name, value);
    if (problem !== undefined) throw usageError(problem);
  }
  const values = variables.length === 0 ? undefined : Object.fromEntries(variables);
  let change: string | undefined;
  return {
    values,
    async set(name) {
      if (values === undefined) return;
      const done = await control.changeVariables(name, { set: values, isReloading: false });
      if (done === undefined) {
        throw new CliError(
          "Cannot set variables: the running ddsrv serve is an older version. Restart it, and try again",
        );
      }
      change = done.change ?? undefined;
    },
    async apply(name) {
      if (change !== undefined) await control.changeVariables(name, {});
    },
    async undo(name) {
      if (change === undefined) return;
      const taken = change;
      change = undefined;
      const isUndone = await control.undoVariables(name, taken).catch(() => false);
      if (isUndone) return;
      const names = variables.map(([one]) => one).join(" ");
      printError(`The variables are still set. To remove them: ddsrv env unset ${name} ${names}\n`);
    },
  };
}
