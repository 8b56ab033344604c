import type { ArgumentModel, CommandModel, OptionModel, ValueModel } from "./command_model.ts";
import { macroArgument, macroText, tagList, textLines, toSentence } from "./mdoc.ts";

/** The options of a command by their groups, as lists of mdoc(7). */
export function optionLists(command: CommandModel): string[] {
  const titles = [...new Set(command.options.map((option) => option.group))];
  return titles.flatMap((title) => [
    ...(title === "" ? [] : [`.Ss ${macroText(title.replace(/:$/, ""))}`]),
    ...tagList(command.options.filter((option) => option.group === title).map(optionItem)),
  ]);
}

/** An argument as an item of a list of mdoc(7). */
export function argumentItem(argument: ArgumentModel): readonly [string, string[]] {
  const { placeholder, isVariadic } = argument;
  return [`Ar ${macroArgument(placeholder)}${isVariadic ? " ..." : ""}`, [
    ...textLines(toSentence(argument.description)),
    ...choices(argument),
  ]];
}

/** Names of an option, as a macro of mdoc(7) and its arguments. */
export function flags(names: readonly string[]): string {
  return names.map((name) => `Fl ${name.slice(1).replaceAll("-", "\\-")}`).join(" , ");
}

/** What stands behind an option, as a macro of mdoc(7) to be put behind it. */
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
