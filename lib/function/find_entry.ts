import { join } from "node:path";
import { ConfigError } from "../config/json_file.ts";
import { openFolderReader } from "./contained_file.ts";
import { chooseEntry, type EntryChoice, type EntryKind } from "./entry.ts";
import { parseEntryFacts } from "./entry_facts.ts";
import { type HeldFolder, holdFolder } from "./held_folder.ts";
import { ENTRY_FILE } from "./layout.ts";

/**
 * Finds the entry of a folder, which may belong to another user: looks at it and reads it by
 * descriptor. A file that leads out of the folder is no entry that a manifest or a task may name;
 * if it has one of the names of `entries`, its check says what is wrong with it.
 *
 * @throws {UntrustedPathError} if another user's link leads to the folder
 * @throws {Error} of `node:fs` if the folder does not exist
 */
export async function findEntry(
  directory: string,
  entries: readonly string[],
): Promise<EntryChoice> {
  using folder = await holdFolder(directory);
  return await chooseEntry({
    kindOf: (path) =>
      kindOf(folder, { path: join(directory, path), isNamed: entries.includes(path) }),
    factsOf: async (name) => {
      const path = join(directory, name);
      try {
        using reader = await openFolderReader(directory);
        const text = await reader?.text(path);
        return text === undefined ? {} : parseEntryFacts({ path, name, text });
      } catch (error) {
        if (error instanceof ConfigError) return { problem: error.message };
        throw error;
      }
    },
  }, entries);
}

/**
 * Returns the entry of a folder that is a function; `index.ts` if it is none any more, so that its
 * check fails.
 *
 * @throws {ConfigError} if its manifest names an entry that can't be used
 */
export async function requireEntry(
  directory: string,
  entries: readonly string[],
): Promise<string> {
  const choice = await findEntry(directory, entries);
  if (choice.type === "wrong") throw new ConfigError(choice.problem);
  return choice.type === "found" ? choice.entry : ENTRY_FILE;
}

async function kindOf(
  folder: HeldFolder,
  { path, isNamed }: { readonly path: string; readonly isNamed: boolean },
): Promise<EntryKind> {
  const look = await folder.look(path);
  if (look === undefined) return "missing";
  if (!look.stats.isFile()) return "other";
  return look.isInside || isNamed ? "file" : "outside";
}
