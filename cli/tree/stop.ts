import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption, waitOption } from "./options.ts";

/** Declares `ddsrv stop`. */
export function addStop(program: Command, onExit: OnExit): void {
  const stopping = program.command("stop")
    .description("stop functions until ddsrv start; requests get 503 meanwhile")
    .argument("<names...>", "names of functions")
    .option("--page <file>", "show this HTML file to browsers, at most 256 KiB")
    .addOption(waitOption("wait at most this long until they have stopped"))
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { stop } = await import("../commands/stop.ts");
      onExit(await stop(names, options));
    });
  withExamples(stopping, [
    ["ddsrv stop shop", "Stop a function; its in-flight requests finish"],
    ["ddsrv stop shop --page back-soon.html", "Show a page of your own in the meantime"],
  ]);
}
