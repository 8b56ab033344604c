import { type Command, Option } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { withManual } from "./manual.ts";
import { jsonOption, ttlOption, waitOption } from "./options.ts";

/** Declares `ddsrv deploy`. */
export function addDeploy(program: Command, onExit: OnExit): void {
  const deploying = program.command("deploy")
    .description(
      "check a function and send it to a server by ssh\n\n" +
        "ddsrv add --replace checks it on the server, and starts it without downtime. Files that " +
        ".gitignore or .ddsrvignore name are not sent, nor .git, .env and node_modules. The first " +
        "server is remembered in the folder's .ddsrv.json.",
    )
    .summary("check a function and send it to a server by ssh")
    .argument("[path]", "the function's directory (default: the current directory)")
    .option("--to <server>", "ssh://user@host:port, a remembered name, or NAME=ssh://… to remember")
    .option("-n, --name <name>", "name of the function (default: name of the directory)")
    .option("--preview [label]", "deploy beside it as NAME--LABEL (default: the git branch)")
    .addOption(ttlOption("let the server remove it after this time, such as 3d; none keeps it"))
    .option("--env-file <file>", "set all variables of an env file, as ddsrv env import does")
    .option("--command <command>", 'run ddsrv on the server by this command, as "sudo ddsrv"')
    .option("--no-check", "let only the server check the function")
    .addOption(
      new Option("--dry-run", "print which files would be sent, and send nothing")
        .conflicts("json"),
    )
    .option("--no-wait", "do not wait until the function is ready")
    .addOption(waitOption("restore the previous version if it is not ready within this time"))
    .addOption(jsonOption)
    .action(async (path, options) => {
      const { deploy } = await import("../commands/deploy.ts");
      onExit(await deploy(path ?? ".", options));
    });
  withManual(deploying, {
    files: [{
      path: ".ddsrv.json",
      purpose: "servers and the function's name, in its folder; it has no secrets",
    }, {
      path: ".ddsrvignore",
      purpose: "files that are not sent, as in .gitignore; it decides last",
    }],
  });
  withExamples(deploying, [
    [
      "ddsrv deploy --to ssh://root@example.com",
      "Deploy the current directory, and remember where",
    ],
    ["ddsrv deploy ./shop", "Deploy to the remembered server"],
    ["ddsrv deploy --preview pr-12 --ttl 3d", "Deploy a preview that goes after three days"],
    ["ddsrv deploy --env-file prod.env", "Set variables in the same step"],
    ["ddsrv deploy --to staging=ssh://ann@stage", "Remember a second server by a name"],
  ]);
}
