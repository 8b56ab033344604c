import type { TemporaryDirectory } from "../temporary_directory.ts";
import { COUNTED_FILES, NAMES } from "./scanner_history.ts";

/** Contents of a functions directory, read by the simplest code. */
export interface Truth {
  /** Contents of all relevant files, by function name. */
  readonly functions: ReadonlyMap<string, string>;
  /** Reasons why a folder is not served, by function name. */
  readonly ignored: ReadonlyMap<string, string>;
}

/** Reads a functions directory; `modulesOf` returns further relevant files of a function. */
export async function readTruth(
  directory: TemporaryDirectory,
  modulesOf: (name: string) => readonly string[],
): Promise<Truth> {
  const functions = new Map<string, string>();
  const ignored = new Map<string, string>();
  for (const name of NAMES) {
    const folder = directory.at(name);
    if (!await exists(Deno.lstat(folder))) continue;
    if (!await exists(Deno.stat(folder))) {
      ignored.set(name, "it is a symbolic link that leads to no directory");
    } else if (!await exists(Deno.stat(`${folder}/index.ts`))) {
      ignored.set(name, "it has no index.ts");
    } else {
      const own = COUNTED_FILES.map((file) => `${folder}/${file}`);
      const files = [...own, ...modulesOf(name), directory.at("deno.json")];
      const contents = await Promise.all(files.map((file) => readContained(directory, file)));
      functions.set(name, JSON.stringify(contents));
    }
  }
  return { functions, ignored };
}

/** Returns the text of a file, or nothing if its path leads out of the function. */
async function readContained(directory: TemporaryDirectory, path: string): Promise<string | null> {
  try {
    const [first = "", ...rest] = path.slice(directory.path.length + 1).split("/");
    const root = rest.length === 0 ? directory.path : await Deno.realPath(directory.at(first));
    const real = await Deno.realPath(path);
    return real.startsWith(`${root}/`) ? await Deno.readTextFile(real) : null;
  } catch {
    return null;
  }
}

async function exists(look: Promise<unknown>): Promise<boolean> {
  return await look.then(() => true, () => false);
}
