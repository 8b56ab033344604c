import type { CommandModel } from "./command_model.ts";
import { exitStatus } from "./exit_status.ts";
import { GENERATED_BY } from "./generated_by.ts";
import { manHead } from "./man_head.ts";
import { argumentItem, flags, operand, optionLists } from "./man_options.ts";
import {
  literalBlock,
  macroArgument,
  macroText,
  section,
  tagList,
  textLines,
  toSentence,
} from "./mdoc.ts";

/** Returns the mdoc(7) source of the man page, section 1, of the program or one of its verbs. */
export function manPage(command: CommandModel, { program, release }: {
  readonly program: CommandModel;
  readonly release: string;
}): string {
  const isProgram = command === program;
  const name = pageName(program, command);
  // A verb's page refers to the program and to the verbs of its group.
  const others = [program, ...program.verbs].filter((one) =>
    one !== command && (isProgram || one === program || one.group === command.group)
  );
  const lines = [
    `.\\" ${GENERATED_BY}`,
    ...manHead({ name, section: 1, release }),
    ...section("NAME", [`.Nm ${name}`, `.Nd ${macroText(command.summary.replace(/\.$/, ""))}`]),
    ...section("SYNOPSIS", isProgram ? programSynopsis(program) : verbSynopsis(program, command)),
    ...section("DESCRIPTION", description(program, command)),
    ...section("COMMANDS", isProgram ? groups(program) : []),
    ...section("ARGUMENTS", tagged(command.arguments, argumentItem)),
    ...section("OPTIONS", optionLists(command)),
    ...section("ENVIRONMENT", environment(command)),
    ...section(
      "FILES",
      tagged(command.manual.files ?? [], ({ path, purpose }) => [
        `Pa ${macroArgument(path)}`,
        textLines(toSentence(purpose)),
      ]),
    ),
    ...section("EXIT STATUS", exitStatus(command, program)),
    ...section("EXAMPLES", examples(command)),
    ...section("SEE ALSO", seeAlso(program, others)),
  ];
  return `${lines.join("\n")}\n`;
}

/** Returns the name of a command's man page, such as `ddsrv` or `ddsrv-list`. */
export function pageName(program: CommandModel, command: CommandModel): string {
  return command === program ? program.name : `${program.name}-${command.name}`;
}

function programSynopsis(program: CommandModel): string[] {
  return [
    `.Nm ${program.name}`,
    ".Ar command",
    ".Op Ar argument ...",
    ...program.options.flatMap((
      { names },
    ) => [`.Nm ${program.name}`, `.${flags(names.slice(-1))}`]),
  ];
}

function verbSynopsis(program: CommandModel, verb: CommandModel): string[] {
  return [
    `.Nm ${program.name} ${verb.name}`,
    ...verb.options.map(({ names, value }) => `.Op ${flags(names.slice(-1))}${operand(value)}`),
    ...verb.arguments.map((argument) =>
      `.${argument.isRequired ? "" : "Op "}Ar ${macroArgument(argument.placeholder)}` +
      (argument.isVariadic ? " ..." : "")
    ),
  ];
}

function description(program: CommandModel, command: CommandModel): string[] {
  const paragraphs = command.description.split(/\n{2,}/).map((paragraph) =>
    /\n /.test(paragraph) ? preformatted(paragraph) : textLines(toSentence(paragraph))
  );
  const aliases = command.aliases.map((alias) => `.Nm ${program.name} ${alias}`);
  const also = aliases.length === 0 ? [] : [[
    "The command has a short name:",
    ...aliases.map((one, index) => `${one}${index === aliases.length - 1 ? " ." : " ,"}`),
  ]];
  return [...paragraphs, ...also].flatMap((lines, index) =>
    index === 0 ? lines : [".Pp", ...lines]
  );
}

/** Formats a paragraph that ends with indented lines: a sentence, then a literal block. */
function preformatted(paragraph: string): string[] {
  const lines = paragraph.split("\n");
  const first = lines.findIndex((line) => line.startsWith(" "));
  const intro = lines.slice(0, first).join(" ");
  const rest = lines.slice(first).map((line) => line.replace(/^ +/, "")).join("\n");
  return [...(intro === "" ? [] : textLines(intro)), ...literalBlock(rest)];
}

function groups(program: CommandModel): string[] {
  const titles = [...new Set(program.verbs.map((verb) => verb.group))];
  return titles.flatMap((title) => [
    `.Ss ${macroText(title.replace(/:$/, ""))}`,
    ...tagList(
      program.verbs.filter((verb) => verb.group === title).map((verb) => [
        `Xr ${pageName(program, verb)} 1`,
        textLines(toSentence(verb.summary)),
      ]),
    ),
  ]);
}

function environment(command: CommandModel): string[] {
  const own = command.options.flatMap(({ ownVariable, names }) =>
    ownVariable === undefined
      ? []
      : [{ names: [ownVariable], purpose: `value of ${names.at(-1)} if the option is not given` }]
  );
  return tagged([...own, ...command.manual.variables ?? []], ({ names, purpose }) => [
    names.map((one) => `Ev ${macroArgument(one)}`).join(" , "),
    textLines(toSentence(purpose)),
  ]);
}

function examples(command: CommandModel): string[] {
  return command.examples.flatMap(([commandLine, purpose], index) => [
    ...(index === 0 ? [] : [".Pp"]),
    ...textLines(`${toSentence(purpose).replace(/\.$/, "")}:`),
    ...literalBlock(`$ ${commandLine}`),
  ]);
}

function seeAlso(program: CommandModel, others: readonly CommandModel[]): string[] {
  const pages = [
    ...others.map((other) => `${pageName(program, other)} 1`).sort(),
    `${program.name}.json 5`,
  ];
  return pages.map((page, index) => `.Xr ${page}${index < pages.length - 1 ? " ," : ""}`);
}

function tagged<Item>(
  items: readonly Item[],
  toItem: (item: Item) => readonly [string, readonly string[]],
): string[] {
  return items.length === 0 ? [] : tagList(items.map(toItem));
}
