import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { socketOption } from "./options.ts";

/** Declares `ddsrv upgrade`. */
export function addUpgrade(program: Command, onExit: OnExit): void {
  const upgrading = program.command("upgrade")
    .description(
      "install the latest ddsrv with npm, or say how to upgrade this one\n\n" +
        "Runs npm install --global if npm has installed this ddsrv globally. For a checkout, a " +
        "container, a project or npx, prints what to do. A running ddsrv serve keeps its version " +
        "until it is restarted; the command says how.",
    )
    .summary("install the latest ddsrv with npm, or say how to upgrade this one")
    .option("--print", "only say what to do")
    .addOption(socketOption)
    .action(async (options) => {
      const { upgrade } = await import("../commands/upgrade.ts");
      onExit(await upgrade(options));
    });
  withExamples(upgrading, [
    ["sudo ddsrv upgrade", "Upgrade the global package, and say how to restart ddsrv serve"],
    ["ddsrv upgrade --print", "Say how to upgrade, and change nothing"],
  ]);
}
