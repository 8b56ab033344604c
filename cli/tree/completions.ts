import { Argument, type Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { toCommandModel } from "./to_command_model.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** Declares `ddsrv completions`. */
export function addCompletions(program: Command, onExit: OnExit): void {
  const completing = program.command("completions")
    .summary("print a script that completes commands, options and function names")
    .description(`Print a script that lets a shell complete commands, options and function names.

Save it where the shell looks for completions:
  bash  ~/.local/share/bash-completion/completions/ddsrv
  zsh   _ddsrv, in any directory of $fpath
  fish  ~/.config/fish/completions/ddsrv.fish

Function names come from ddsrv list. The option --socket on the command line selects the supervisor.`)
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action(async (shell) => {
      const { completions } = await import("../commands/completions.ts");
      onExit(completions(shell, toCommandModel(program)));
    });
  withExamples(completing, [
    [
      "source <(ddsrv completions bash)",
      "Enable completion in the current bash; for zsh, write zsh instead",
    ],
    [
      "ddsrv completions bash > ~/.local/share/bash-completion/completions/ddsrv",
      "Install it for bash, which needs the package bash-completion",
    ],
    ["ddsrv completions zsh > /usr/local/share/zsh/site-functions/_ddsrv", "Install it for zsh"],
    ["ddsrv completions fish > ~/.config/fish/completions/ddsrv.fish", "Install it for fish"],
  ]);
}
