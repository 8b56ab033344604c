import type { Kind } from "./kind.ts";
import type { Setting } from "./setting.ts";

/** Settings by the fields that hold their values. */
export type Table<Values> = { readonly [Field in keyof Values]: Setting<Values[Field]> };

/** Type of the value of a setting. */
export type ValueOf<Entry> = Entry extends { readonly kind: Kind<infer Value> } ? Value : never;

/** Types of the values in a table, by field. */
export type ValuesOf<Entries> = { readonly [Field in keyof Entries]: ValueOf<Entries[Field]> };

/** A table of settings with values of any type: checks an object without widening its type. */
export type Entries = Readonly<Record<string, Setting<unknown>>>;

/** Keeps the type of a literal, which `satisfies` widens. */
export function literal<const Value>(value: Value): Value {
  return value;
}

/** Values that may be left out, and set one by one. */
export type Draft<Values> = { -readonly [Field in keyof Values]?: Values[Field] };

/** Returns the fields of a table, in its order. */
export function fieldsOf<Values>(table: Table<Values>): (keyof Values)[] {
  return Object.keys(table).filter((name): name is Extract<keyof Values, string> =>
    Object.hasOwn(table, name)
  );
}

/** Returns the values that `valueOf` gives for some fields. */
export function collectSome<Values, Field extends keyof Values>(
  fields: readonly Field[],
  valueOf: <One extends Field>(field: One) => Values[One],
): Draft<Pick<Values, Field>> {
  const values: Draft<Pick<Values, Field>> = {};
  for (const field of fields) values[field] = valueOf(field);
  return values;
}

/** Returns the values that `valueOf` gives; `fields` are all of that type. */
export function collect<Values, Field extends keyof Values>(
  fields: readonly Field[],
  valueOf: <One extends Field>(field: One) => Values[One],
): Pick<Values, Field> {
  const values = collectSome<Values, Field>(fields, valueOf);
  if (isComplete(values, fields)) return values;
  throw new TypeError(`There is no value for one of ${fields.join(", ")}`);
}

function isComplete<Values extends object, Field extends keyof Values>(
  values: Partial<Values>,
  fields: readonly Field[],
): values is Partial<Values> & Pick<Values, Field> {
  return fields.every((field) => Object.hasOwn(values, field));
}
