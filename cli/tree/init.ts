import { type Command, Option } from "@commander-js/extra-typings";
import { nearest } from "../../lib/config/suggestion.ts";
import type { OnExit } from "../exit_code.ts";
import { type Template, TEMPLATES } from "../templates.ts";
import { argument } from "./argument.ts";
import { withExamples } from "./examples.ts";
import { jsonOption } from "./options.ts";

const names = TEMPLATES.map(({ name }) => name);

/** Declares `ddsrv init`. */
export function addInit(program: Command, onExit: OnExit): void {
  const writing = program.command("init")
    .description("create a directory with a first function, or list the templates")
    .argument("[path]", "directory to create; its name becomes the function's name")
    .addOption(
      new Option("--template <name>", "start from this template; the path defaults to its name")
        .choices(names).argParser(argument(findTemplate)),
    )
    .addOption(jsonOption)
    .action(async (path, options) => {
      const { init } = await import("../commands/init.ts");
      onExit(await init(path, options));
    });
  withExamples(writing, [
    ["ddsrv init hello && ddsrv add ./hello", "Create a function and serve it"],
    ["ddsrv init", "List the templates"],
    ["ddsrv init --template kv-counter", "Create ./kv-counter from a template"],
    ["ddsrv init --template kv-counter ./visits", "Create another directory from it"],
  ]);
}

/** @throws {RangeError} when there is no template of that name; the message lists them */
function findTemplate(name: string): Template {
  const found = TEMPLATES.find((one) => one.name === name);
  if (found !== undefined) return found;
  const meant = nearest(name, names);
  const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  throw new RangeError(`No such template.${hint} Choose one of ${names.join(", ")}`);
}
