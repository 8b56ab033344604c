import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { COMMIT } from "../../lib/history/origin.ts";
import type { OnExit } from "../exit_code.ts";
import { collectVariable } from "./collect_variable.ts";
import { withExamples } from "./examples.ts";
import { parseUploadSizes } from "../commands/add/upload_sizes.ts";
import { jsonOption, socketOption, ttlOption, waitOption } from "./options.ts";

/** Declares `ddsrv add`. */
export function addAdd(program: Command, onExit: OnExit): void {
  const adding = program.command("add")
    .description("type-check a function, copy it into the functions directory and start it")
    .argument("<path>", "a function's directory, a .ts, .js or .html file, or - for a tar archive")
    .option("-n, --name <name>", "name of the function (default: name of the directory or file)")
    .option("--link", "link to the directory instead of copying it")
    .option("--replace", "replace the function of this name without downtime")
    .addOption(
      new Option(
        "-e, --env <variable>",
        "set a variable: NAME=VALUE, or NAME to copy its value; repeatable",
      ).argParser(collectVariable),
    )
    .option("--env-file <file>", "set all variables of an env file, as ddsrv env import does")
    .addOption(ttlOption("remove the function after this time, such as 3d; none keeps it"))
    .addOption(
      new Option("--upload <sizes>", "standard input is an env file and an archive of these sizes")
        .argParser(parseUploadSizes).hideHelp(),
    )
    .addOption(
      new Option("--ignore-files", "leave out what .gitignore and .ddsrvignore name").hideHelp(),
    )
    .addOption(
      new Option("--by <cause>", "name this cause in the history").choices(
        ["deploy", "git", "ui"] as const,
      ).hideHelp(),
    )
    .addOption(
      new Option("--commit <sha>", "name this git commit in the history")
        .argParser(parseCommit).hideHelp(),
    )
    .option("--no-wait", "do not wait until the function is ready")
    .addOption(waitOption("remove it again if it is not ready within this time"))
    .addOption(socketOption).addOption(jsonOption)
    .action(async (path, options) => {
      const { add } = await import("../commands/add.ts");
      onExit(await add(path, options));
    });
  withExamples(adding, [
    ["ddsrv add ./shop", "Serve a directory as the function shop"],
    ["ddsrv add ./hello.ts", "Serve a file as the function hello"],
    ["ddsrv add ./shop --replace", "Replace the running version without downtime"],
    ["ddsrv add ./shop --env TOKEN", "Set the variable TOKEN to its value in this shell"],
    ["tar c ./shop | ssh host sudo ddsrv add -", "Add the function on another host"],
  ]);
}

function parseCommit(text: string): string {
  const commit = text.toLowerCase();
  if (COMMIT.test(commit)) return commit;
  throw new InvalidArgumentError("Give 7 to 64 hexadecimal digits.");
}
