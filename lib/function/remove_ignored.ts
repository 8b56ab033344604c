import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { removeIfThere } from "../system/remove_if_there.ts";
import { type IgnoreRules, readIgnoreRules } from "./ignored_files.ts";

/**
 * Removes the ignored files of a folder that no other process writes to, and returns their paths. Of
 * an ignored directory only its own path. Directories above the folder do not count.
 *
 * @throws {ConfigError} if an ignore file is not valid
 */
export async function removeIgnored(folder: string): Promise<string[]> {
  return await removeBelow(folder, "", await readIgnoreRules(folder, { isAlone: true }));
}

async function removeBelow(folder: string, path: string, rules: IgnoreRules): Promise<string[]> {
  const removed: string[] = [];
  for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
    const inner = path === "" ? entry.name : `${path}/${entry.name}`;
    const kind = entry.isDirectory() ? "directory" : "file";
    if (rules.isIgnored(inner, kind)) {
      await removeIfThere(join(folder, inner));
      removed.push(inner);
    } else if (kind === "directory") removed.push(...await removeBelow(folder, inner, rules));
  }
  return removed;
}
