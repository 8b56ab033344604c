import { Command, Option } from "@commander-js/extra-typings";
import assert from "node:assert/strict";
import { toCommandModel } from "../../../cli/tree/to_command_model.ts";
import { setting } from "../../../cli/tree/options.ts";

function makeTree(): Command {
  const program = new Command("tool");
  program.command("take").alias("t").description("take things")
    .argument("[directory]", "where").argument("<names...>", "what")
    .option("-n, --lines <count>", "how many", "5")
    .addOption(setting("--level <level>", "how", { env: "LEVEL", default: "low" }).choices(["low"]))
    .addOption(new Option("--secret", "never told").hideHelp());
  return program;
}

Deno.test("toCommandModel() derives the kind of a value from its placeholder", () => {
  const take = toCommandModel(makeTree()).verbs[0]!;
  assert.deepEqual(take.aliases, ["t"]);
  assert.deepEqual(
    take.arguments.map(({ kind, isRequired, isVariadic }) => [kind, isRequired, isVariadic]),
    [["directory", false, false], ["function", true, true]],
  );
});

Deno.test("toCommandModel() lists options with names, defaults and variables, without hidden ones", () => {
  const { options } = toCommandModel(makeTree()).verbs[0]!;
  assert.deepEqual(
    options.map((one) => [one.names.join(" "), one.value?.kind, one.default, one.env]),
    [
      ["-n --lines", "text", "5", undefined],
      ["--level", "choice", "low", "LEVEL"],
      ["-h --help", undefined, undefined, undefined],
    ],
  );
});

Deno.test("toCommandModel() includes the verb help", () => {
  const help = toCommandModel(makeTree()).verbs.find(({ name }) => name === "help");
  assert.equal(help?.arguments[0]?.kind, "verb");
});

Deno.test("toCommandModel() refuses subcommands of verbs", () => {
  const tree = makeTree();
  tree.commands[0]!.command("deeper");
  assert.throws(
    () => toCommandModel(tree),
    /"take" has subcommands, which completions and man pages do not support/,
  );
});
