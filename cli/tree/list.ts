import { type Command, Option } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { type FunctionFilter, parseFilter } from "../output/function_filter.ts";
import { FUNCTION_KEYS } from "../output/function_labels.ts";
import { parseTemplate } from "../output/template.ts";
import { argument } from "./argument.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv list`. */
export function addList(program: Command, onExit: OnExit): void {
  const listing = program.command("list").alias("ls")
    .description("list the functions and how they are")
    .addOption(socketOption)
    .option("-w, --watch", "go on, and show what changes in place")
    .option(
      "--filter <key=value>",
      "only those of status=WORD, name=PATTERN or isolation=LEVEL; all that are given must hold",
      collectFilter,
    )
    .addOption(
      new Option("-q, --quiet", "print names only, one a line").conflicts(["json", "format"]),
    )
    .addOption(
      new Option("--format <template>", "print a line for each, such as {{name}}\\t{{url}}")
        .argParser(argument((text) => parseTemplate(text, FUNCTION_KEYS)))
        .conflicts(["json", "quiet"]),
    )
    .addOption(jsonOption)
    .action(async (options) => {
      const { list } = await import("../commands/list.ts");
      onExit(await list(options));
    });
  withExamples(listing, [
    ["ddsrv ls", "All functions; CPU is the share of a core since the start"],
    ["ddsrv ls --watch", "The same, as it changes; q ends it"],
    ["ddsrv ls --filter status=failed --quiet", "Those that have failed, or whose update has"],
    ["ddsrv ls --format '{{name}}\\t{{url}}\\t{{memoryBytes}}'", "Any keys of --json, for scripts"],
  ]);
}

function collectFilter(
  text: string,
  before: readonly FunctionFilter[] | undefined,
): FunctionFilter[] {
  return [...before ?? [], argument(parseFilter)(text)];
}
