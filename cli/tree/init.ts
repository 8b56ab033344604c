import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";

/** Declares `ddsrv init`. */
export function addInit(program: Command, onExit: OnExit): void {
  const writing = program.command("init")
    .description("create a directory with a first function")
    .argument("<path>", "directory to create; its name becomes the function's name")
    .action(async (path) => {
      const { init } = await import("../commands/init.ts");
      onExit(await init(path));
    });
  withExamples(writing, [
    ["ddsrv init hello && ddsrv add ./hello", "Create a function and serve it"],
  ]);
}
