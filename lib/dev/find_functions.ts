import { basename, dirname, join, resolve } from "node:path";
import { judgeName, nameProblem } from "../config/function_name.ts";
import { findEntry } from "../function/find_entry.ts";

/** Functions to develop. */
export interface FoundFunctions {
  /** The folder above the functions, whose shared files count for each of them. */
  readonly functionsDirectory: string;
  readonly names: readonly string[];
  /** The path is one function, not a directory of functions. */
  readonly isSingle: boolean;
}

/**
 * Finds the functions at a path: a function's folder, one of its files that is an entry, or a
 * directory of functions.
 *
 * @param entriesOf returns the names of entries in a functions directory, see `entries` in the
 * settings
 * @throws {Error} if there is no function; the message says what to do
 */
export async function findFunctions(
  path: string,
  entriesOf: (functionsDirectory: string) => Promise<readonly string[]>,
): Promise<FoundFunctions> {
  const directory = await folderAt(resolve(path));
  const choice = await findEntry(directory, await entriesOf(dirname(directory)));
  if (choice.type !== "none") {
    const name = basename(directory);
    const problem = nameProblem(name);
    if (problem !== undefined) {
      throw new Error(
        `"${name}" can't be a function's name: ${problem}. Rename the folder "${directory}"`,
      );
    }
    return { functionsDirectory: dirname(directory), names: [name], isSingle: true };
  }
  const names = await functionsIn(directory, await entriesOf(directory));
  if (names.length > 0) return { functionsDirectory: directory, names, isSingle: false };
  throw new Error(
    `"${directory}" is no function, because ${choice.reason}, and no folder in it is one. ` +
      "Create a function with: ddsrv init NAME",
  );
}

/** Returns the names of the functions in a directory, sorted. */
export async function functionsIn(
  directory: string,
  entries: readonly string[],
): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (isFile || judgeName(name).type !== "function") continue;
    const choice = await findEntry(join(directory, name), entries).catch(() => undefined);
    if (choice !== undefined && choice.type !== "none") names.push(name);
  }
  return names.sort();
}

async function folderAt(path: string): Promise<string> {
  try {
    return (await Deno.stat(path)).isDirectory ? path : dirname(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`"${path}" does not exist. Name a function's folder, or a directory of them`);
  }
}
