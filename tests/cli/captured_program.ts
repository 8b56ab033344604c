import { createProgram } from "../../cli/program.ts";

/** A command tree that runs no command and prints nothing. */
export interface CapturedProgram {
  /** Names of the verbs, in the order of the help. */
  readonly verbs: readonly string[];
  /** Returns the help of a verb, or of the program for an empty name. */
  readonly help: (verb: string) => string;
  /** Returns the error that an invalid command line prints on standard error. */
  readonly complain: (args: readonly string[]) => Promise<string>;
}

/** Creates the command tree for 80 columns without colours, independent of the terminal. */
export function captureProgram(): CapturedProgram {
  let printed = "";
  const program = createProgram(() => {});
  const write = (text: string): void => void (printed += text);
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      ...command.configureOutput(),
      writeOut: write,
      writeErr: write,
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  }
  return {
    verbs: program.commands.map((command) => command.name()),
    help(verb) {
      printed = "";
      const command = program.commands.find((one) => one.name() === verb) ?? program;
      command.outputHelp();
      return printed;
    },
    async complain(args) {
      printed = "";
      await program.parseAsync([...args], { from: "user" }).catch(() => {});
      return printed;
    },
  };
}
