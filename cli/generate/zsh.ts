import type { ArgumentModel, CommandModel, OptionModel, ValueModel } from "./command_model.ts";
import functions from "./functions.zsh" with { type: "text" };
import { GENERATED_BY } from "./generated_by.ts";

/** Returns the completion script for zsh, to be put into `$fpath` or sourced. */
export function zshCompletion(program: CommandModel): string {
  return `#compdef ${program.name}
# Completion of ${program.name} for zsh. ${GENERATED_BY}

${functions}
_ddsrv_verbs() {
  local -a verbs=(
${program.verbs.flatMap(describedNames).join("\n")}
  )
  _describe -t verbs verb verbs
}

_ddsrv() {
  local curcontext=$curcontext state line ret=1
  local -A opt_args
  _arguments -C -s -S \\
${specifications(program.options, "    ")}
    '1:verb:_ddsrv_verbs' '*:::argument:->verb' && ret=0
  [[ $state == verb ]] || return ret
  words=("$line[1]" "$words[@]")
  ((CURRENT += 1))
  curcontext=\${curcontext%:*:*}:ddsrv-$line[1]:
  case $line[1] in
${program.verbs.map(verbCase).join("\n")}
  esac
  return ret
}

if [[ $funcstack[1] == _ddsrv ]]; then
  _ddsrv "$@"
else
  (($+functions[compdef])) || { autoload -Uz compinit && compinit -i; }
  compdef _ddsrv ${program.name}
fi
`;
}

function describedNames({ name, aliases, summary }: CommandModel): string[] {
  return [name, ...aliases].map((one) => `    ${quote(`${one}:${summary}`)}`);
}

function verbCase(verb: CommandModel): string {
  const names = [verb.name, ...verb.aliases].join(" | ");
  const all = [
    ...verb.options.flatMap(optionSpecification),
    ...verb.arguments.map(argumentSpecification),
  ];
  const lines = all.map((one) => `        ${quote(one)}`);
  return `    (${names})
      _arguments -s -S \\\n${lines.join(" \\\n")} && ret=0
      ;;`;
}

function specifications(options: readonly OptionModel[], indent: string): string {
  return options.flatMap(optionSpecification).map((one) => `${indent}${quote(one)} \\`).join("\n");
}

/** Returns one specification per name, for `_arguments` of zshcompsys(1). */
function optionSpecification({ names, value, description }: OptionModel): string[] {
  const text = `[${escape(description)}]`;
  return names.map((name) => {
    if (value === undefined) return `(${names.join(" ")})${name}${text}`;
    // The value may stand in the same word, and the option may be repeated.
    return `*${name}${name.startsWith("--") ? "=" : "+"}${text}:${message(value)}`;
  });
}

function argumentSpecification(argument: ArgumentModel): string {
  const { isRequired, isVariadic } = argument;
  return `${isVariadic ? "*:" : isRequired ? ":" : "::"}${message(argument)}`;
}

function message(value: ValueModel): string {
  return `${escape(value.placeholder)}:${action(value)}`;
}

function action({ kind, choices, isVariadic }: ValueModel): string {
  switch (kind) {
    case "function":
      return isVariadic ? "_ddsrv_other_functions" : "_ddsrv_functions";
    case "file":
      return "_files";
    case "directory":
      return "_files -/";
    case "verb":
      return "_ddsrv_verbs";
    case "choice":
      return `(${choices.map((one) => one.replace(/[^\w-]/g, "\\$&")).join(" ")})`;
    case "text":
      return " ";
    default:
      return kind satisfies never;
  }
}

function escape(text: string): string {
  return text.replace(/[\\:[\]]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
