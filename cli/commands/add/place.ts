import { join } from "node:path";
import { type ReplacedFolder, replaceFolder } from "../../../lib/function/replace_folder.ts";
import { removeEntry } from "../../../lib/function/set_aside.ts";
import { CliError } from "../../exit_code.ts";
import { entryExists } from "./entry_exists.ts";
import type { Source } from "./source.ts";

/** The place of a function in a functions directory. */
export interface Place {
  readonly functionsDirectory: string;
  readonly name: string;
  /** An existing function of this name may be replaced. */
  readonly replace?: true | undefined;
}

/**
 * Throws a `CliError` for a source that is the function itself or contains the functions directory,
 * which would copy the copy. Compares real paths.
 */
export async function requireApart(source: Source, functionsDirectory: string): Promise<void> {
  if (source.type === "archive" || source.type === "file") return;
  const [from, to] = await Promise.all([source.path, functionsDirectory].map(Deno.realPath));
  if (to === from || to!.startsWith(`${from}/`)) {
    throw new CliError(
      `"${source.path}" contains the functions directory "${functionsDirectory}". Name the ` +
        "directory of one function",
    );
  }
  if (from === join(to!, source.name)) {
    throw new CliError(
      `"${source.path}" is already in the functions directory. To restart it: ddsrv reload ` +
        source.name,
    );
  }
}

/** Returns true if the place is taken; throws a `CliError` if it must not be replaced. */
export async function findTaken({ functionsDirectory, name, replace }: Place): Promise<boolean> {
  if (!await entryExists(join(functionsDirectory, name))) return false;
  if (replace) return true;
  throw new CliError(
    `The function "${name}" already exists. Replace it with --replace, or remove it first: ` +
      `ddsrv rm ${name}`,
  );
}

/** Moves a staged folder into its place. */
export async function putInPlace(place: Place, staged: string): Promise<ReplacedFolder> {
  const { functionsDirectory, name } = place;
  if (await findTaken(place)) return await replaceFolder({ functionsDirectory, name, staged });
  const target = join(functionsDirectory, name);
  await Deno.rename(staged, target);
  return { keep: () => Promise.resolve(), undo: () => removeEntry(target) };
}
