import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { holdTrustedPath, UntrustedPathError } from "../system/trusted_path.ts";
import { ConfigError } from "./json_file.ts";

/**
 * Reads a text file of the functions directory itself; `undefined` if it does not exist. The
 * directory may belong to another user, so root follows links in it by the rule of
 * {@linkcode holdTrustedPath} and opens no pipe or device. Other users read the file by its name.
 *
 * @throws {ConfigError} if another user's link leads to a file that is not theirs, or if it is not a
 * regular file
 */
export async function readCommonFile(
  functionsDirectory: string,
  name: string,
): Promise<string | undefined> {
  if (Deno.uid() !== 0) return await readOptionalTextFile(join(functionsDirectory, name));
  try {
    using directory = await holdTrustedPath(functionsDirectory);
    using file = await holdTrustedPath(name, { directory });
    if ((await file.stat()).isFile()) return await readFile(file.path, "utf8");
    throw new TypeError(`"${file.name}" is no regular file. Put one there, or remove it`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const isOdd = error instanceof UntrustedPathError || error instanceof TypeError;
    throw isOdd ? new ConfigError(error.message) : error;
  }
}
