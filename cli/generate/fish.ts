import type { ArgumentModel, CommandModel, OptionModel, ValueModel } from "./command_model.ts";
import functions from "./functions.fish" with { type: "text" };
import { GENERATED_BY } from "./generated_by.ts";

/** Returns the completion script for fish. */
export function fishCompletion(program: CommandModel): string {
  const valued = [program, ...program.verbs].flatMap((command) =>
    command.options.filter((option) => option.value !== undefined)
      .flatMap((option) => option.names.map((name) => `${verbOf(program, command)} ${name}`))
  );
  const lines = [
    ...program.options.map((option) => optionLine(program, program, option)),
    ...program.verbs.flatMap((verb) => verbLines(program, verb)),
  ];
  return `# Completion of ${program.name} for fish. ${GENERATED_BY}

# Prints the verb with this name or alias, or the word itself.
function __ddsrv_verb
    switch $argv[1]
${program.verbs.filter((verb) => verb.aliases.length > 0).map(aliasCase).join("\n")}
        case '*'
            echo -- $argv[1]
    end
end

# Succeeds if an option, given as "verb --option", takes a value.
function __ddsrv_takes_value
    contains -- $argv[1] ${valued.map(quote).join(" ")}
end

${functions}
complete -c ${program.name} -f
${lines.join("\n")}
`;
}

function aliasCase({ name, aliases }: CommandModel): string {
  return `        case ${aliases.map(quote).join(" ")}\n            echo ${quote(name)}`;
}

function verbLines(program: CommandModel, verb: CommandModel): string[] {
  const condition = "__ddsrv_at ''";
  const names = [verb.name, ...verb.aliases].map((name) =>
    complete(program, condition, `-a ${quote(name)} -d ${quote(verb.summary)}`)
  );
  return [
    ...names,
    ...verb.options.map((option) => optionLine(program, verb, option)),
    ...verb.arguments.flatMap((argument, index) => argumentLine(program, verb, argument, index)),
  ];
}

function optionLine(program: CommandModel, command: CommandModel, option: OptionModel): string {
  const { names, value, description } = option;
  const flags = names.map((name) =>
    name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`
  );
  const text = [...flags, ...valueFlags(program, value), `-d ${quote(description)}`].join(" ");
  return complete(program, `__ddsrv_at ${quote(verbOf(program, command))}`, text);
}

function argumentLine(
  program: CommandModel,
  verb: CommandModel,
  argument: ArgumentModel,
  index: number,
): string[] {
  const flags = candidates(program, argument);
  if (flags === undefined) return [];
  const more = argument.isVariadic ? " more" : "";
  return [complete(program, `__ddsrv_at ${quote(verb.name)} ${index + 1}${more}`, flags)];
}

function valueFlags(program: CommandModel, value: ValueModel | undefined): string[] {
  if (value === undefined) return [];
  const flags = candidates(program, value);
  return flags === undefined ? ["-x"] : ["-r", flags];
}

/** Returns the flags of fish's `complete` that offer values of this kind, see complete(1). */
function candidates(program: CommandModel, value: ValueModel): string | undefined {
  switch (value.kind) {
    case "function":
      return `-k -a ${quote(`(__ddsrv_functions${value.isVariadic ? " others" : ""})`)}`;
    case "file":
      return "-F";
    case "directory":
      return `-a ${quote("(__fish_complete_directories)")}`;
    case "verb":
      return `-a ${quote(program.verbs.map((verb) => verb.name).join(" "))}`;
    case "choice":
      return `-a ${quote(value.choices.map(quote).join(" "))}`;
    case "text":
      return undefined;
    default:
      return value.kind satisfies never;
  }
}

function complete(program: CommandModel, condition: string, flags: string): string {
  return `complete -c ${program.name} -n ${quote(condition)} ${flags}`;
}

function verbOf(program: CommandModel, command: CommandModel): string {
  return command === program ? "" : command.name;
}

function quote(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `'${text.replace(/[\\']/g, "\\$&")}'`;
}
