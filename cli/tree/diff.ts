import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption } from "./options.ts";
import { parseRevision } from "./revision.ts";

/** Declares `ddsrv diff`. */
export function addDiff(program: Command, onExit: OnExit): void {
  const comparing = program.command("diff")
    .description(
      "show what differs between two revisions of a function\n\n" +
        "With one revision, compares it with the one that serves. ddsrv keeps the folders of the " +
        "last three revisions that served; ddsrv history lists them. Never shows the content of " +
        ".env and .npmrc. Exits with 0 whether they differ or not.",
    )
    .summary("show what differs between two revisions of a function")
    .argument("<name>", "name of the function")
    .argument("<revision>", "first digits of a kept revision", parseRevision)
    .argument("[other]", "another one; by default the one that serves", parseRevision)
    .addOption(socketOption).addOption(jsonOption)
    .action(async (name, from, to, options) => {
      const { diff } = await import("../commands/diff.ts");
      onExit(await diff(name, { ...options, from, to }));
    });
  withExamples(comparing, [
    ["ddsrv diff shop 76d6287a1bc2", "Show what has changed since that revision"],
    ["ddsrv diff shop 76d6 1f0e", "Show what differs between two kept revisions"],
  ]);
}
