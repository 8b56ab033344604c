import type { Variable } from "../../../lib/config/variable.ts";
import { storedVariableProblem } from "../../../lib/config/stored_variable.ts";
import type { ControlClient } from "../../../lib/control/control_client.ts";
import { CliError, ExitCode } from "../../exit_code.ts";
import { printError } from "../../output/print.ts";

/** Variables that `add` gives a function, which the supervisor keeps outside of its folder. */
export interface GivenVariables {
  /** `undefined` where there are none. */
  readonly values: Readonly<Record<string, string>> | undefined;
  /** Sets them for what starts from now on. */
  readonly set: (name: string) => Promise<void>;
  /** Has what serves get them, if it was not replaced since they were set. */
  readonly apply: (name: string) => Promise<void>;
  /** Takes them back, if they were set; once. */
  readonly undo: (name: string) => Promise<void>;
}

/**
 * The variables of a command line.
 *
 * @throws {CliError} when one of them can't be set
 */
export function givenVariables(
  control: ControlClient,
  variables: readonly Variable[] = [],
): GivenVariables {
  for (const [name, value] of variables) {
    const problem = storedVariableProblem(name, value);
    if (problem !== undefined) throw new CliError(problem, ExitCode.Usage);
  }
  const values = variables.length === 0 ? undefined : Object.fromEntries(variables);
  let change: string | undefined;
  return {
    values,
    async set(name) {
      if (values === undefined) return;
      const done = await control.changeVariables(name, { set: values, isReloading: false });
      if (done === undefined) {
        throw new CliError("The supervisor is older than this command. Restart it");
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
      printError(`The variables stay set. To remove them: ddsrv env unset ${name} ${names}\n`);
    },
  };
}
