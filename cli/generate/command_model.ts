/** A command line, and what it is an example of. */
export type Example = readonly [commandLine: string, purpose: string];

/** A variable of the environment, or several that stand for one another, and what it is for. */
export interface VariableNote {
  readonly names: readonly string[];
  readonly purpose: string;
}

/** A path that a command reads or makes, and what it is. */
export interface FileNote {
  readonly path: string;
  readonly purpose: string;
}

/** What a command's man page says beside its help. */
export interface Manual {
  readonly variables?: readonly VariableNote[];
  readonly files?: readonly FileNote[];
}

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
