import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv inspect`. */
export function addInspect(program: Command, onExit: OnExit): void {
  const inspecting = program.command("inspect")
    .description("show a function's details, the reason for its status, settings and variables")
    .argument("<name>", "name of the function")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (name, options) => {
      const { inspect } = await import("../commands/inspect.ts");
      onExit(await inspect(name, options));
    });
  withExamples(inspecting, [
    ["ddsrv inspect shop", "Show why a function does not serve, or how long it has run"],
  ]);
}
