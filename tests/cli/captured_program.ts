import { createProgram } from "../../cli/program.ts";

/** A command tree of which nothing is run and nothing is printed. */
export interface CapturedProgram {
  /** Each verb's name, in the order of the help. */
  readonly verbs: readonly string[];
  /** The help of a verb, or of all of them for the empty name. */
  readonly help: (verb: string) => string;
  /** What a wrong command line prints on standard error. */
  readonly complain: (args: readonly string[]) => Promise<string>;
}

/** The command tree as 80 columns without colours show it, whatever runs the tests. */
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
