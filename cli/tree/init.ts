import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";

/** Declares `ddsrv init`. */
export function addInit(program: Command, onExit: OnExit): void {
  const writing = program.command("init")
    .description("write a first function into a new directory")
    .argument("<path>", "the directory, whose name will be the function's")
    .action(async (path) => {
      const { init } = await import("../commands/init.ts");
      onExit(await init(path));
    });
  withExamples(writing, [
    ["ddsrv init hello && ddsrv add ./hello", "Write a function, and serve it"],
  ]);
}
