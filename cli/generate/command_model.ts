import type { Argument, CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { type Example, examplesOf } from "../tree/examples.ts";
import { type Manual, manualOf } from "../tree/manual.ts";
import { defaultOf, environmentOf, socketOption } from "../tree/options.ts";

/** What a value is, so that it can be completed; a text can't be. */
export type ValueKind = "function" | "file" | "directory" | "verb" | "choice" | "text";

/** A value that somebody types. */
export interface ValueModel {
  readonly placeholder: string;
  readonly kind: ValueKind;
  /** All that it may be, of the kind `choice`. */
  readonly choices: readonly string[];
  readonly isRequired: boolean;
  readonly isVariadic: boolean;
}

/** An argument by its place. */
export interface ArgumentModel extends ValueModel {
  readonly description: string;
}

/** An option, with all its names. */
export interface OptionModel {
  /** The short one first: `["-n", "--lines"]`. */
  readonly names: readonly string[];
  /** What stands behind it, if anything does. */
  readonly value: ValueModel | undefined;
  readonly description: string;
  /** A heading of the help, as `Proxy:`; empty for the options that every command has. */
  readonly group: string;
  /** Variables that set it too, in words. */
  readonly env: string | undefined;
  /** The variable that the command line itself reads. */
  readonly ownVariable: string | undefined;
  /** What holds where it is not given, in words. */
  readonly default: string | undefined;
}

/** The program, or one of its verbs, as plain data. */
export interface CommandModel {
  readonly name: string;
  readonly aliases: readonly string[];
  /** A heading of the program's help, as `Serve:`. */
  readonly group: string;
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly ArgumentModel[];
  readonly options: readonly OptionModel[];
  readonly examples: readonly Example[];
  readonly manual: Manual;
  /** It asks the supervisor over the control socket. */
  readonly asksSupervisor: boolean;
  /** Of the program; a verb has none. */
  readonly verbs: readonly CommandModel[];
}

/** Placeholders that tell what stands in their place; others stand for a text. */
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

/** The command tree as plain data: what its help shows, in the same order. */
export function toCommandModel(command: CommandUnknownOpts): CommandModel {
  const help = command.createHelp();
  const verbs = help.visibleCommands(command);
  if (command.parent !== null && verbs.some((verb) => verb.parent !== null)) {
    throw new TypeError(
      `Commands below "${command.name()}" would be neither completed nor told of`,
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
