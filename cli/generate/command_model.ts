/** A command line, and what it is an example of. */
export type Example = readonly [commandLine: string, purpose: string];

/** An environment variable, with its alternative names, and what it is for. */
export interface VariableNote {
  readonly names: readonly string[];
  readonly purpose: string;
}

/** A path that a command reads or creates, and what it is. */
export interface FileNote {
  readonly path: string;
  readonly purpose: string;
}

/** Sections of a command's man page that its help does not have. */
export interface Manual {
  readonly variables?: readonly VariableNote[];
  readonly files?: readonly FileNote[];
}

/** Kind of a value, which tells a shell how to complete it; a `text` has no completions. */
export type ValueKind = "function" | "file" | "directory" | "verb" | "choice" | "text";

/** The value of an argument or option. */
export interface ValueModel {
  readonly placeholder: string;
  readonly kind: ValueKind;
  /** Allowed values of the kind `choice`; otherwise empty. */
  readonly choices: readonly string[];
  readonly isRequired: boolean;
  readonly isVariadic: boolean;
}

/** A positional argument. */
export interface ArgumentModel extends ValueModel {
  readonly description: string;
}

/** An option of a command. */
export interface OptionModel {
  /** The short one first: `["-n", "--lines"]`. */
  readonly names: readonly string[];
  /** The option's value; `undefined` for a flag. */
  readonly value: ValueModel | undefined;
  readonly description: string;
  /** Heading in the help, such as `Proxy:`; empty for the first group. */
  readonly group: string;
  /** Environment variables that set it too, as text. */
  readonly env: string | undefined;
  /** Environment variable that Commander reads. */
  readonly ownVariable: string | undefined;
  /** Default value, as text. */
  readonly default: string | undefined;
}

/** The program or one of its verbs, as plain data. */
export interface CommandModel {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Heading in the program's help, such as `Serve:`. */
  readonly group: string;
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly ArgumentModel[];
  readonly options: readonly OptionModel[];
  readonly examples: readonly Example[];
  readonly manual: Manual;
  /** The command talks to the supervisor over the control socket. */
  readonly asksSupervisor: boolean;
  /** Verbs of the program; empty for a verb. */
  readonly verbs: readonly CommandModel[];
}
