import { join } from "node:path";
import { SETTINGS_FILE } from "../config/load_settings.ts";

/** Name of the entry of new functions, which also wins over most other entries. */
export const ENTRY_FILE = "index.ts";

/** Name of the directory whose code every function may import. */
export const SHARED_DIRECTORY = "_shared";

/** Name of a function's file of environment variables. */
export const ENV_FILE = ".env";

/** Files of the functions directory that count for every function. */
export const COMMON_FILES: readonly string[] = ["deno.json", "deno.jsonc", "import_map.json"];

/** Name of a function's file that selects the registries of its packages. */
export const NPMRC_FILE = ".npmrc";

/** Name of a function's lock file, which pins the versions of its imports. */
export const LOCK_FILE = "deno.lock";

/** Files that the supervisor reads for a function; they may contain secrets. */
export const SECRET_FILES: readonly string[] = [SETTINGS_FILE, ENV_FILE, NPMRC_FILE];

/** Files of a function's folder that configure it. */
export const OWN_FILES: readonly string[] = [
  ...COMMON_FILES,
  "package.json",
  LOCK_FILE,
  ...SECRET_FILES,
];

/**
 * Returns the files, apart from modules, that are part of a function's revision: its entry (given
 * relative to its folder), configuration, manifest and env file, and the functions directory's
 * configuration. Not all exist.
 */
export function configurationFiles(
  functionsDirectory: string,
  name: string,
  entry: string,
): string[] {
  return [
    ...[entry, ...OWN_FILES].map((file) => join(functionsDirectory, name, file)),
    ...COMMON_FILES.map((file) => join(functionsDirectory, file)),
  ];
}
