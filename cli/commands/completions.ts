import { bashCompletion } from "../generate/bash.ts";
import type { CommandModel } from "../generate/command_model.ts";
import { fishCompletion } from "../generate/fish.ts";
import { zshCompletion } from "../generate/zsh.ts";
import { printOut } from "../output/print.ts";

const generators = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} satisfies Readonly<Record<string, (program: CommandModel) => string>>;

/** Prints the completion script of a shell; returns the exit code. */
export function completions(
  shell: keyof typeof generators,
  program: CommandModel,
): number {
  printOut(generators[shell](program));
  return 0;
}
