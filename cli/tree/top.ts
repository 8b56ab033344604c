import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { socketOption } from "./options.ts";

/** Declares `ddsrv top`. */
export function addTop(program: Command, onExit: OnExit): void {
  const watching = program.command("top")
    .description("show requests, latency, CPU and memory of each function, live")
    .addOption(socketOption)
    .action(async (options) => {
      const { top } = await import("../commands/top.ts");
      onExit(await top(options));
    });
  withExamples(watching, [
    ["ddsrv top", "Watch all functions; the last line lists the keys, q quits"],
  ]);
}
