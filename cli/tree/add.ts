import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { parseSeconds } from "./numbers.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv add`. */
export function addAdd(program: Command, onExit: OnExit): void {
  const adding = program.command("add")
    .description("check a directory, copy it into the functions directory, wait until it serves")
    .argument("<path>", "a directory with an index.ts")
    .option("-n, --name <name>", "the function's name (default: the directory's)")
    .option("--link", "link to the directory instead of copying it")
    .option("--replace", "put it in the place of a function of that name, without a gap")
    .option("--timeout <seconds>", "how long to wait until it serves", parseSeconds, 60)
    .addOption(socketOption).addOption(jsonOption)
    .action(async (path, options) => {
      const { add } = await import("../commands/add.ts");
      onExit(await add(path, options));
    });
  withExamples(adding, [
    ["ddsrv add ./shop", "Serve a directory as the function shop"],
    ["ddsrv add ./shop --replace", "Put its new version in the place of the one that serves"],
  ]);
}
