import functions from "./functions.bash" with { type: "text" };
import type { CommandModel, OptionModel, ValueModel } from "./command_model.ts";
import { GENERATED_BY } from "./generated_by.ts";

/** Returns the completion script for bash 5, which does not need the package bash-completion. */
export function bashCompletion(program: CommandModel): string {
  const commands = [program, ...program.verbs];
  return `# Completion of ${program.name} for bash. ${GENERATED_BY}
# shellcheck shell=bash

# Sets verb to the verb with this name or alias, or to the word itself.
__ddsrv_verb() {
  case $1 in
${program.verbs.map(verbCase).join("\n")}
    *) verb=$1 ;;
  esac
}

# Sets choices to the options of a verb, or of the program if the verb is empty.
__ddsrv_options() {
  case $1 in
${commands.map((one) => optionsCase(program, one)).join("\n")}
    *) choices=() ;;
  esac
}

# Sets kind to the kind of an option's value; empty if the option takes none.
__ddsrv_value() {
  choices=()
  case "$1 $2" in
${
    commands.flatMap((one) => one.options.flatMap((option) => valueCase(program, one, option)))
      .join("\n")
  }
    *) kind= ;;
  esac
}

# Sets kind to the kind of a verb's argument by position, from 0, and is_variadic if it repeats.
__ddsrv_argument() {
  choices=() is_variadic=
  case "$1 $2" in
    ' 0') kind='choice' choices=(${
    list(program.verbs.flatMap((verb) => [verb.name, ...verb.aliases]))
  }) ;;
${program.verbs.flatMap((verb) => argumentCases(program, verb)).join("\n")}
    *) kind= ;;
  esac
}

${functions}`;
}

/** Quotes the name, because shellcheck mistakes `verb=env` for a command substitution. */
function verbCase({ name, aliases }: CommandModel): string {
  return `    ${[name, ...aliases].map(quote).join(" | ")}) verb='${name}' ;;`;
}

function optionsCase(program: CommandModel, command: CommandModel): string {
  const names = command.options.flatMap((option) => option.names);
  return `    ${quote(verbOf(program, command))}) choices=(${list(names)}) ;;`;
}

function valueCase(
  program: CommandModel,
  command: CommandModel,
  { names, value }: OptionModel,
): string[] {
  if (value === undefined) return [];
  const patterns = names.map((name) => quote(`${verbOf(program, command)} ${name}`));
  return [`    ${patterns.join(" | ")}) ${assignments(program, value)} ;;`];
}

function argumentCases(program: CommandModel, verb: CommandModel): string[] {
  return verb.arguments.map((argument, index) => {
    const pattern = argument.isVariadic ? `'${verb.name} '*` : `'${verb.name} ${index}'`;
    const variadic = argument.isVariadic ? " is_variadic=1" : "";
    return `    ${pattern}) ${assignments(program, argument)}${variadic} ;;`;
  });
}

function assignments(program: CommandModel, { kind, choices }: ValueModel): string {
  const all = kind === "verb" ? program.verbs.map((verb) => verb.name) : choices;
  return all.length === 0 ? `kind='${kind}'` : `kind='choice' choices=(${list(all)})`;
}

function verbOf(program: CommandModel, command: CommandModel): string {
  return command === program ? "" : command.name;
}

function list(words: readonly string[]): string {
  return words.map(quote).join(" ");
}

function quote(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
