import type { Command } from "@commander-js/extra-typings";
import type { HelpLines } from "../output/fit_help.ts";

/** Path of the program's help below the root; `ddsrv --help` prints it without the command tree. */
export const HELP_FILE = "cli/help.json";

/** Returns the text of {@linkcode HELP_FILE}. */
export function helpFile(program: Command): string {
  const lines = wideHelp(program).split("\n").slice(0, -1);
  const helpLine = lines.find((line) => line.startsWith("  -h, --help"))!;
  const help: HelpLines = {
    column: helpLine.search(/(?<= {2})print/),
    description: lines.indexOf(program.description()),
    lines,
  };
  return `${JSON.stringify(help, undefined, 2)}\n`;
}

function wideHelp(program: Command): string {
  let printed = "";
  program.configureOutput({
    ...program.configureOutput(),
    writeOut: (text) => void (printed += text),
    getOutHelpWidth: () => 1_000,
    getOutHasColors: () => false,
  });
  program.outputHelp();
  return printed;
}
