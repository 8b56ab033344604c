import { ExitCode } from "../exit_code.ts";
import type { CommandModel } from "./command_model.ts";
import { tagList } from "./mdoc.ts";

/** Exit codes, their meanings, and the commands that have them. */
const EXIT_CODES: readonly (readonly [
  code: ExitCode,
  meaning: string,
  applies: (command: CommandModel) => boolean,
])[] = [
  [ExitCode.Done, "Success.", () => true],
  [ExitCode.Failed, "Failure; standard error says why.", () => true],
  [ExitCode.Usage, "Invalid command line; nothing was done.", () => true],
  [ExitCode.NoSupervisor, "No supervisor is running.", (command) => command.asksSupervisor],
  [ExitCode.NoFunction, "No function has this name.", namesFunctions],
];

/** Returns the exit codes of a verb, or all codes for the program, as an mdoc(7) list. */
export function exitStatus(command: CommandModel, program: CommandModel): string[] {
  const all = EXIT_CODES.filter(([, , applies]) => command === program || applies(command));
  return tagList(all.map(([code, meaning]) => [String(code), [meaning]]));
}

function namesFunctions(command: CommandModel): boolean {
  return command.arguments.some(({ kind }) => kind === "function");
}
