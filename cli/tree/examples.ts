import type { Example } from "../generate/command_model.ts";

/** A command with arguments and options of any type. */
interface AnyCommand {
  readonly addHelpText: (position: "after", text: string) => unknown;
}

const known = new WeakMap<AnyCommand, readonly Example[]>();

/** Adds examples to the end of a command's help and to its man page; returns the command. */
export function withExamples<Kind extends AnyCommand>(
  command: Kind,
  examples: readonly Example[],
): Kind {
  known.set(command, examples);
  const lines = examples.map(([commandLine, purpose]) => `  # ${purpose}\n  $ ${commandLine}`);
  command.addHelpText("after", `\nExamples:\n${lines.join("\n\n")}`);
  return command;
}

/** Returns the examples of a command; empty if it has none. */
export function examplesOf(command: AnyCommand): readonly Example[] {
  return known.get(command) ?? [];
}
