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
    .description("list functions with their status, traffic and resource use")
    .addOption(socketOption)
    .option("-w, --watch", "keep running and update the list in place")
    .option(
      "--filter <key=value>",
      "show only matches of status=WORD, name=shop-* or isolation=LEVEL",
      collectFilter,
    )
    .addOption(
      new Option("-q, --quiet", "print only names, one per line").conflicts(["json", "format"]),
    )
    .addOption(
      new Option(
        "--format <template>",
        "print each function with a template such as {{name}}\\t{{url}}",
      )
        .argParser(argument((text) => parseTemplate(text, FUNCTION_KEYS)))
        .conflicts(["json", "quiet"]),
    )
    .addOption(jsonOption)
    .action(async (options) => {
      const { list } = await import("../commands/list.ts");
      onExit(await list(options));
    });
  withExamples(listing, [
    ["ddsrv ls", "List all functions; CPU is since the start, MEMORY without shared pages"],
    ["ddsrv ls --watch", "Update the list every second; q quits"],
    [
      "ddsrv ls --filter status=failed --quiet",
      "Print names of functions that failed, or whose new code failed",
    ],
    ["ddsrv ls --format '{{name}}\\t{{url}}\\t{{ownMemoryBytes}}'", "Print some keys of --json"],
  ]);
}

function collectFilter(
  text: string,
  before: readonly FunctionFilter[] | undefined,
): FunctionFilter[] {
  return [...before ?? [], argument(parseFilter)(text)];
}
