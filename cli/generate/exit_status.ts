import { ExitCode } from "../exit_code.ts";
import type { CommandModel } from "./command_model.ts";
import { tagList } from "./mdoc.ts";

/** What the end of a process tells, and of which commands. */
const EXIT_CODES: readonly (readonly [
  code: ExitCode,
  meaning: string,
  applies: (command: CommandModel) => boolean,
])[] = [
  [ExitCode.Done, "What was asked for is done.", () => true],
  [ExitCode.Failed, "It failed; standard error says why.", () => true],
  [ExitCode.Usage, "The command line is wrong; nothing was done.", () => true],
  [ExitCode.NoSupervisor, "No supervisor is running.", (command) => command.asksSupervisor],
  [ExitCode.NoFunction, "There is no such function.", namesFunctions],
];

/** The exit codes of a verb, or all where it is the program, as a list of mdoc(7). */
export function exitStatus(command: CommandModel, program: CommandModel): string[] {
  const all = EXIT_CODES.filter(([, , applies]) => command === program || applies(command));
  return tagList(all.map(([code, meaning]) => [String(code), [meaning]]));
}

function namesFunctions(command: CommandModel): boolean {
  return command.arguments.some(({ kind }) => kind === "function");
}
