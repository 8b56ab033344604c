import { Argument, type Command } from "@commander-js/extra-typings";
import { defaultPaths } from "../../lib/config/default_paths.ts";
import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { withManual } from "./manual.ts";
import { socketOption } from "./options.ts";

/** Declares `ddsrv git`. */
export function addGit(program: Command, onExit: OnExit): void {
  const making = program.command("git")
    .description(
      "make a git repository on the server that deploys what is pushed\n\n" +
        "A push to the branch is checked and started before git takes it, and refused if that " +
        "fails; the result is printed to the pusher. Other branches are stored only. Files that " +
        ".ddsrvignore names are not deployed, nor those with the attribute export-ignore.",
    )
    .summary("make a git repository on the server that deploys what is pushed")
    .addArgument(new Argument("<action>", "what to do").choices(["init"] as const))
    .argument("<name>", "name of the function, which need not exist yet")
    .option("--branch <branch>", "deploy pushes to this branch", "main")
    .option("--dir <path>", "directory of the repository (default: in the state directory)")
    .option("--command <command>", 'run ddsrv in the hook by this command, as "sudo -n ddsrv"')
    .addOption(socketOption)
    .action(async (_action, name, options) => {
      const { gitInit } = await import("../commands/git.ts");
      const defaultSocket = defaultPaths(Deno.uid(), Deno.env.toObject()).socket;
      onExit(await gitInit(name, { ...options, defaultSocket }));
    });
  withManual(making, {
    files: [{
      path: `${SERVER_SETTINGS.stateDirectory.default}/git`,
      purpose: "repositories, in a directory that only root can enter",
    }],
  });
  withExamples(making, [
    ["sudo ddsrv git init shop", "Make a repository, and print its URL"],
    ["git push ddsrv main", "Deploy from a computer that has it as the remote ddsrv"],
    [
      'ddsrv git init shop --dir /srv/git/shop.git --command "sudo -n ddsrv"',
      "Let a user push who may run ddsrv by sudo",
    ],
  ]);
}
