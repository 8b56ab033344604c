import { parseVariable, type Variable } from "../../lib/config/variable.ts";
import { argument } from "./argument.ts";

/** Adds a variable of the command line, `NAME=VALUE` or `NAME`, to those before. */
export function collectVariable(
  text: string,
  before: readonly Variable[] | undefined,
): Variable[] {
  const read = argument((one) => parseVariable(one, Deno.env.toObject()));
  return [...before ?? [], read(text)];
}
