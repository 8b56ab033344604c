import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption } from "./options.ts";

/** Declares `ddsrv check`. */
export function addCheck(program: Command, onExit: OnExit): void {
  const checking = program.command("check")
    .description("say what serve would say of directories, and run nothing")
    .argument("[paths...]", "functions' directories (default: all of the functions directory)")
    .addOption(jsonOption)
    .action(async (paths, options) => {
      const { check } = await import("../commands/check.ts");
      onExit(await check(paths, options));
    });
  withExamples(checking, [
    ["ddsrv check ./functions/*/", "Check each before it is deployed"],
  ]);
}
