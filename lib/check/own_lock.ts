import { join, relative, resolve, sep } from "node:path";
import { ConfigError } from "../config/json_file.ts";
import { readContainedTextFile } from "../function/contained_file.ts";
import { holdFolder } from "../function/held_folder.ts";
import { LOCK_FILE } from "../function/layout.ts";
import { parseLenientJson } from "../function/lenient_json.ts";

/**
 * Returns the path of a function's own lock file, as its sandbox shows it: `deno.lock`, or what
 * `"lock"` in its `deno.json` names. `undefined` if the folder has none, or `"lock"` is `false`.
 *
 * @throws {ConfigError} when it leads out of the folder, or is not a regular file
 */
export async function findOwnLock(
  functionsDirectory: string,
  name: string,
  /** Real path of the source, if the function's folder is not used. */
  source: string = join(functionsDirectory, name),
): Promise<string | undefined> {
  const setting = await readLockSetting(source);
  const path = lockPath(setting, source);
  if (path === undefined) return undefined;
  using folder = await holdFolder(source).catch(ignoreMissing);
  const look = await folder?.look(path);
  if (look === undefined) return undefined;
  if (!look.isInside) {
    throw new ConfigError(`"${path}" leads out of "${source}". Replace it with the file itself`);
  }
  if (!look.stats.isFile()) {
    throw new ConfigError(`"${path}" is not a regular file. Replace it with one, or remove it`);
  }
  return join(functionsDirectory, name, relative(source, path));
}

/**
 * Returns the path of the lock file by the value of `"lock"` in a folder's `deno.json`; `undefined`
 * when it asks for none, or for one outside the folder, which the sandbox does not show.
 *
 * @example
 * ```ts
 * import { lockPath } from "./own_lock.ts";
 * lockPath({ path: "./x.lock" }, "/f/a"); // "/f/a/x.lock"
 * ```
 */
export function lockPath(setting: unknown, directory: string): string | undefined {
  if (setting === false) return undefined;
  const path = typeof setting === "object" && setting !== null && "path" in setting
    ? setting.path
    : setting;
  if (typeof path !== "string") return join(directory, LOCK_FILE);
  const found = resolve(directory, path);
  return found.startsWith(`${directory}${sep}`) && !found.includes("\0") ? found : undefined;
}

async function readLockSetting(directory: string): Promise<unknown> {
  for (const file of ["deno.json", "deno.jsonc"]) {
    const path = join(directory, file);
    const text = await readContainedTextFile(directory, path);
    if (text === undefined) continue;
    const config = parseLenientJson({ path, text });
    // Deno reads only the first of the two files.
    return typeof config === "object" && config !== null && "lock" in config
      ? config.lock
      : undefined;
  }
}

function ignoreMissing(error: unknown): undefined {
  const { code } = error as { readonly code?: string };
  if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
}
