import type { z } from "zod";

/** Syntax of a setting's values: as text in flags and variables, and in `ddsrv.json`. */
export interface Kind<Value> {
  /** Name of the value in help, as in `--idle <duration>`. */
  readonly placeholder: string;
  /** All values, if there are only a few. */
  readonly choices?: readonly string[];
  /** A boolean: its flag takes no value. */
  readonly isSwitch?: true;
  /** A list: its flag may be repeated, and takes several values with commas between them. */
  readonly isList?: true;
  /**
   * Reads the text of a flag or variable.
   *
   * @throws {SyntaxError | RangeError} saying which values are allowed
   */
  parse(text: string): Value;
  /** Returns the value as `ddsrv.json` has it; `undefined` if the file cannot say it. */
  write(value: Value): unknown;
  /**
   * Returns the schema of the value in `ddsrv.json`. zod is passed in, so that only readers of a
   * file load it, and the schema of a function's own file, which may be part of it.
   */
  schema(zod: typeof z, manifest?: z.ZodType<object>): z.ZodType<Value>;
}

/** Returns `kind` for a setting that may have no value. */
export function optional<Value>(kind: Kind<Value>): Kind<Value | undefined> {
  return {
    ...kind,
    write: (value) => value === undefined ? undefined : kind.write(value),
    schema: (zod, manifest) => kind.schema(zod, manifest),
  };
}

/** A text that a parser reads, in `ddsrv.json` as well. */
export interface TextKind<Value> {
  readonly placeholder: string;
  readonly parse: (text: string) => Value;
  readonly write: (value: Value) => unknown;
  /** Message for a value that is not a string. */
  readonly hint?: string | undefined;
}

/** Returns the kind of a text that a parser reads. */
export function textKind<Value>({ hint, ...rest }: TextKind<Value>): Kind<Value> {
  return { ...rest, schema: (zod) => parsed(zod, zod.string(hint), rest.parse) };
}

/**
 * Returns a schema that parses what `schema` gives; an error of the parser is the issue's message.
 */
export function parsed<Value>(
  zod: typeof z,
  schema: z.ZodType<string>,
  parse: (text: string) => Value,
): z.ZodType<Value> {
  return schema.pipe(zod.transform((text: string, context) => {
    try {
      return parse(text);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      context.issues.push({ code: "custom", message, input: text });
      return zod.NEVER;
    }
  }));
}
