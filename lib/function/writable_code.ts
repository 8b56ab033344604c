import { join } from "node:path";
import { ConfigError } from "../config/json_file.ts";
import { SETTINGS_FILE } from "../config/load_settings.ts";

/** Options of {@linkcode requireDataOnly}. */
export interface WritableCodeOptions {
  /** The function's folder. */
  readonly directory: string;
  /** Names that its manifest lists as writable. */
  readonly names: readonly string[];
}

/**
 * Requires that no writable name of a function is or contains a file of its revision: the function
 * could then change its own code, and the copy that it writes would hide new code of the folder. A
 * name below such a file would hide the file too.
 *
 * @throws {ConfigError} if one does
 */
export function requireDataOnly(
  files: readonly string[],
  { directory, names }: WritableCodeOptions,
): void {
  for (const name of names) {
    const path = join(directory, name.replace(/\/$/, ""));
    const file = files.find((one) =>
      `${one}/`.startsWith(`${path}/`) || path.startsWith(`${one}/`)
    );
    if (file === undefined) continue;
    throw new ConfigError(
      `${
        join(directory, SETTINGS_FILE)
      } lists "${name}" in "writable", but "${file}" is a part of ` +
        "the function's code or configuration. List only names of data",
    );
  }
}
