import { judgeName } from "../config/function_name.ts";
import type { PageSource } from "./page_source.ts";

/** Returns true for the name of a function; names are parts of paths, such as that of its log. */
export async function existsInSource(
  source: Pick<PageSource, "find">,
  name: string,
): Promise<boolean> {
  return judgeName(name).type === "function" && await source.find(name) !== undefined;
}
