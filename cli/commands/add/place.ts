import { join } from "node:path";
import { type ReplacedFolder, replaceFolder } from "../../../lib/function/replace_folder.ts";
import { removeEntry } from "../../../lib/function/set_aside.ts";
import { CliError } from "../../exit_code.ts";
import type { Source } from "./source.ts";

/** Where a function is to be. */
export interface Place {
  readonly functionsDirectory: string;
  readonly name: string;
  /** Put it in the place of the one of that name. */
  readonly replace?: true | undefined;
}

/**
 * Refuses a source that is the function itself, or that has the functions directory in it: the copy
 * would be copied too. Links on the way to either change nothing about that.
 */
export async function requireApart(source: Source, functionsDirectory: string): Promise<void> {
  if (source.type === "archive" || source.type === "file") return;
  const [from, to] = await Promise.all([source.path, functionsDirectory].map(Deno.realPath));
  if (to === from || to!.startsWith(`${from}/`)) {
    throw new CliError(
      `"${source.path}" holds the functions directory "${functionsDirectory}", and can't be added ` +
        "to it. Name one function's directory",
    );
  }
  if (from === join(to!, source.name)) {
    throw new CliError(`"${source.path}" is the function "${source.name}" itself, in its place`);
  }
}

/** Whether something has that place; an error when it may not be replaced. */
export async function findTaken({ functionsDirectory, name, replace }: Place): Promise<boolean> {
  try {
    await Deno.lstat(join(functionsDirectory, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  if (replace) return true;
  throw new CliError(
    `There is a function "${name}" already. Put this one in its place with --replace, or remove ` +
      `it: ddsrv rm ${name}`,
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
