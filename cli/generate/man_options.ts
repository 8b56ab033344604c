import type { ArgumentModel, CommandModel, OptionModel, ValueModel } from "./command_model.ts";
import { macroArgument, macroText, tagList, textLines, toSentence } from "./mdoc.ts";

/** Returns the options of a command as mdoc(7) lists, one per group. */
export function optionLists(command: CommandModel): string[] {
  const titles = [...new Set(command.options.map((option) => option.group))];
  return titles.flatMap((title) => [
    ...(title === "" ? [] : [`.Ss ${macroText(title.replace(/:$/, ""))}`]),
    ...tagList(command.options.filter((option) => option.group === title).map(optionItem)),
  ]);
}

/** Returns an argument as an item of an mdoc(7) list. */
export function argumentItem(argument: ArgumentModel): readonly [string, string[]] {
  const { placeholder, isVariadic } = argument;
  return [`Ar ${macroArgument(placeholder)}${isVariadic ? " ..." : ""}`, [
    ...textLines(toSentence(argument.description)),
    ...choices(argument),
  ]];
}

/** Returns the names of an option as an mdoc(7) macro line without its leading dot. */
export function flags(names: readonly string[]): string {
  return names.map((name) => `Fl ${name.slice(1).replaceAll("-", "\\-")}`).join(" , ");
}

/** Returns the placeholder of an option's value as an mdoc(7) macro, to append to its names. */
export function operand(value: ValueModel | undefined): string {
  return value === undefined ? "" : ` Ar ${macroArgument(value.placeholder)}`;
}

function optionItem(option: OptionModel): readonly [string, string[]] {
  const { names, value, default: defaultText, env } = option;
  return [`${flags(names)}${operand(value)}`, [
    ...textLines(toSentence(option.description)),
    ...(value === undefined ? [] : choices(value)),
    ...(defaultText === undefined ? [] : textLines(`Default: ${defaultText}.`)),
    ...(env === undefined ? [] : textLines(`Environment: ${env}.`)),
  ]];
}

function choices(value: ValueModel): string[] {
  return value.choices.length === 0 ? [] : textLines(`One of ${value.choices.join(", ")}.`);
}
