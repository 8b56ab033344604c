import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { bashCompletion } from "../generate/bash.ts";
import { type CommandModel, toCommandModel } from "../generate/command_model.ts";
import { fishCompletion } from "../generate/fish.ts";
import { zshCompletion } from "../generate/zsh.ts";
import { printOut } from "../output/print.ts";

const generators = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} satisfies Readonly<Record<string, (program: CommandModel) => string>>;

/** Prints the completion script of a shell, made from the command tree. */
export function completions(
  shell: keyof typeof generators,
  program: CommandUnknownOpts,
): number {
  printOut(generators[shell](toCommandModel(program)));
  return 0;
}
