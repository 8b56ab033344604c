import { type Command, Option } from "@commander-js/extra-typings";
import { parseVariable, type Variable } from "../../lib/config/variable.ts";
import type { OnExit } from "../exit_code.ts";
import { argument } from "./argument.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption, waitOption } from "./options.ts";

/** Declares `ddsrv add`. */
export function addAdd(program: Command, onExit: OnExit): void {
  const adding = program.command("add")
    .description("check a function, copy it into the functions directory, wait until it serves")
    .argument("<path>", "a directory with an index.ts, a .ts file, or - for a tar archive on stdin")
    .option("-n, --name <name>", "the function's name (default: the directory's or file's)")
    .option("--link", "link to the directory instead of copying it")
    .option("--replace", "put it in the place of a function of that name, without a gap")
    .addOption(
      new Option(
        "-e, --env <variable>",
        "NAME=VALUE for the function alone, or NAME to pass it on from here; may be repeated",
      ).argParser(collectVariable),
    )
    .option("--no-wait", "do not wait until it serves")
    .addOption(waitOption("how long to wait until it serves"))
    .addOption(socketOption).addOption(jsonOption)
    .action(async (path, options) => {
      const { add } = await import("../commands/add.ts");
      onExit(await add(path, options));
    });
  withExamples(adding, [
    ["ddsrv add ./shop", "Serve a directory as the function shop"],
    ["ddsrv add ./hello.ts", "Serve a file as the function hello"],
    ["ddsrv add ./shop --replace", "Put its new version in the place of the one that serves"],
    ["ddsrv add ./shop --env TOKEN", "Give it a variable; its value comes from here"],
    ["tar c ./shop | ssh host sudo ddsrv add -", "Serve it on another host"],
  ]);
}

function collectVariable(text: string, before: readonly Variable[] | undefined): Variable[] {
  const read = argument((one) => parseVariable(one, Deno.env.toObject()));
  return [...before ?? [], read(text)];
}
