import { isIP } from "node:net";
import { type Kind, textKind } from "./kind.ts";
import { parseListenAddress } from "./network_address.ts";

/** A boolean. */
export const boolean: Kind<boolean> = {
  placeholder: "boolean",
  isSwitch: true,
  parse: parseBoolean,
  write: (value) => value,
  schema: (zod) => zod.boolean(),
};

/** The path of a file or directory. */
export const path: Kind<string> = text("path");

/** An IP address, or the name of a host. */
export const address: Kind<string> = text("address", parseListenAddress);

/** An IP address without a zone. */
export const ip: Kind<string> = text("address", (text) => {
  if (isIP(text) !== 0 && !text.includes("%")) return text;
  throw new SyntaxError(`"${text}" is not an IP address`);
});

/** Returns the kind of a text, as it is or as a parser returns it. */
export function text(placeholder: string, parse = (text: string) => text): Kind<string> {
  return textKind({ placeholder, parse, write: (text) => text });
}

/** A text that a regular expression describes. */
export interface Pattern {
  readonly placeholder: string;
  readonly pattern: RegExp;
  readonly maxLength?: number;
  /** Message for any other text: says what to give. */
  readonly hint: string;
}

/** Returns the kind of a text that a regular expression describes. */
export function patterned(
  { placeholder, pattern, maxLength = Infinity, hint }: Pattern,
): Kind<string> {
  return {
    ...text(placeholder, (text) => {
      if (pattern.test(text) && text.length <= maxLength) return text;
      throw new SyntaxError(`"${text}" is not valid. ${hint}`);
    }),
    schema(zod) {
      const schema = zod.string().regex(pattern, hint);
      return maxLength === Infinity ? schema : schema.max(maxLength);
    },
  };
}

/** Returns the kind of a text that is one of a few. */
export function choice<const Choice extends string>(
  choices: readonly Choice[],
  placeholder = "format",
): Kind<Choice> {
  return {
    placeholder,
    choices,
    parse(text) {
      const chosen = choices.find((one) => one === text);
      if (chosen !== undefined) return chosen;
      throw new SyntaxError(`"${text}" is not one of the choices. Give ${choices.join(" or ")}`);
    },
    write: (value) => value,
    schema: (zod) => zod.enum(choices),
  };
}

/** Returns the kind of a list: an array in `ddsrv.json`, elsewhere with commas between. */
export function list<Item>(item: Kind<Item>): Kind<readonly Item[]> {
  return {
    placeholder: item.placeholder,
    isList: true,
    parse(text) {
      const items = text.split(",").map((one) => one.trim()).filter((one) => one !== "");
      if (items.length > 0) return items.map((one) => item.parse(one));
      throw new SyntaxError(`"${text}" names nothing. Give one or more, with commas between`);
    },
    write: (items) => items.map((one) => item.write(one)),
    schema: (zod, manifest) => zod.array(item.schema(zod, manifest)),
  };
}

/** Returns the kind of a list that `ddsrv.json` may have as a single text as well. */
export function listOrOne<Item>(item: Kind<Item>): Kind<readonly Item[]> {
  const items = list(item);
  return {
    ...items,
    schema: (zod, manifest) =>
      zod.union([
        item.schema(zod, manifest).transform((one) => [one]),
        items.schema(zod, manifest),
      ]),
  };
}

function parseBoolean(text: string): boolean {
  switch (text.toLowerCase()) {
    case "true":
    case "1":
    case "yes":
      return true;
    case "false":
    case "0":
    case "no":
    case "":
      return false;
    default:
      throw new SyntaxError(`"${text}" is neither true nor false`);
  }
}
