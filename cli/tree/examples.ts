import type { Example } from "../generate/command_model.ts";

/** Any command, whatever its arguments and options are. */
interface AnyCommand {
  readonly addHelpText: (position: "after", text: string) => unknown;
}

const known = new WeakMap<AnyCommand, readonly Example[]>();

/** Puts examples at the end of a command's help, and keeps them for its man page. */
export function withExamples<Kind extends AnyCommand>(
  command: Kind,
  examples: readonly Example[],
): Kind {
  known.set(command, examples);
  const lines = examples.map(([commandLine, purpose]) => `  # ${purpose}\n  $ ${commandLine}`);
  command.addHelpText("after", `\nExamples:\n${lines.join("\n\n")}`);
  return command;
}

/** The examples of a command. */
export function examplesOf(command: AnyCommand): readonly Example[] {
  return known.get(command) ?? [];
}
