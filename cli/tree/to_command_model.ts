import type { Argument, CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import type {
  ArgumentModel,
  CommandModel,
  OptionModel,
  ValueKind,
  ValueModel,
} from "../generate/command_model.ts";
import { examplesOf } from "./examples.ts";
import { manualOf } from "./manual.ts";
import { defaultOf, environmentOf, socketOption } from "./options.ts";

/** Kinds of values by placeholder; other placeholders are `text`. */
const KINDS: Readonly<Record<string, ValueKind>> = {
  name: "function",
  names: "function",
  path: "file",
  paths: "file",
  file: "file",
  variables: "file",
  directory: "directory",
  command: "verb",
};

/**
 * Converts the command tree to plain data: everything that the help shows, in the same order.
 *
 * @throws {TypeError} if a verb has subcommands, which the generators do not support
 */
export function toCommandModel(command: CommandUnknownOpts): CommandModel {
  const help = command.createHelp();
  const verbs = help.visibleCommands(command);
  if (command.parent !== null && verbs.some((verb) => verb.parent !== null)) {
    throw new TypeError(
      `"${command.name()}" has subcommands, which completions and man pages do not support`,
    );
  }
  return {
    name: command.name(),
    aliases: command.aliases(),
    group: command.helpGroup() ?? "",
    summary: command.summary() || command.description(),
    description: command.description(),
    arguments: command.registeredArguments.map(toArgument),
    options: help.visibleOptions(command).map(toOption),
    examples: examplesOf(command),
    manual: manualOf(command),
    asksSupervisor: command.options.some((option) => option === socketOption),
    verbs: command.parent === null ? verbs.map(toCommandModel) : [],
  };
}

function toArgument(argument: Argument): ArgumentModel {
  return {
    ...toValue(argument.name(), argument.argChoices),
    description: argument.description,
    isRequired: argument.required,
    isVariadic: argument.variadic,
  };
}

function toOption(option: Option): OptionModel {
  const placeholder = /[<[]([^\]>.]+)/.exec(option.flags)?.[1];
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    value: placeholder === undefined ? undefined : {
      ...toValue(placeholder, option.argChoices),
      isRequired: option.required,
      isVariadic: option.variadic,
    },
    description: option.description,
    group: option.helpGroupHeading ?? "",
    env: environmentOf(option),
    ownVariable: option.envVar,
    default: defaultOf(option),
  };
}

function toValue(
  placeholder: string,
  choices: readonly string[] = [],
): Pick<ValueModel, "placeholder" | "kind" | "choices"> {
  const kind = KINDS[placeholder] ?? "text";
  return { placeholder, kind: choices.length > 0 ? "choice" : kind, choices };
}
