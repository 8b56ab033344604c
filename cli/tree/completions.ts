import { Argument, type Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { toCommandModel } from "./to_command_model.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** Declares `ddsrv completions`. */
export function addCompletions(program: Command, onExit: OnExit): void {
  const completing = program.command("completions")
    .summary("print what makes a shell complete verbs, options and functions' names")
    .description(`Print what makes a shell complete verbs, options and the names of functions.

Each shell reads it at its start from a file of its own:
  bash  ~/.local/share/bash-completion/completions/ddsrv
  zsh   _ddsrv, in any directory of $fpath
  fish  ~/.config/fish/completions/ddsrv.fish

Names are those that ddsrv list knows at that moment, of the supervisor whose --socket stands on the line.`)
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action(async (shell) => {
      const { completions } = await import("../commands/completions.ts");
      onExit(completions(shell, toCommandModel(program)));
    });
  withExamples(completing, [
    ["source <(ddsrv completions bash)", "For this bash or zsh, until it ends"],
    [
      "ddsrv completions bash > ~/.local/share/bash-completion/completions/ddsrv",
      "For every bash from now on, with the package bash-completion",
    ],
    ["ddsrv completions zsh > /usr/local/share/zsh/site-functions/_ddsrv", "For everybody's zsh"],
    ["ddsrv completions fish > ~/.config/fish/completions/ddsrv.fish", "For every fish"],
  ]);
}
