import { applyEdits, modify } from "jsonc-parser";
import { join } from "node:path";
import { functionSchema } from "../config/function_schema.ts";
import { parseJsonFile } from "../config/json_file.ts";
import { SETTINGS_FILE } from "../config/load_settings.ts";
import type { Variable } from "../config/variable.ts";
import { readContainedTextFile } from "./contained_file.ts";

/** Its owner reads it, who is the supervisor; not the functions, nor anybody else. */
const SECRET_MODE = 0o640;

/**
 * Writes variables into the manifest of a folder that is not in its place yet. They are the last
 * word there, and the function gets them without being able to read the file. A link in the
 * manifest's place gives way to a file.
 *
 * @throws {ConfigError} when there is a manifest that can't be used
 */
export async function setVariables(
  directory: string,
  variables: readonly Variable[],
): Promise<void> {
  const path = join(directory, SETTINGS_FILE);
  const text = await readContainedTextFile(directory, path) ?? "{}\n";
  parseJsonFile({ path, text, schema: functionSchema });
  const fresh = join(directory, `.${SETTINGS_FILE}-${crypto.randomUUID()}`);
  await Deno.writeTextFile(fresh, "", { createNew: true, mode: SECRET_MODE });
  // The process's umask shall not count.
  await Deno.chmod(fresh, SECRET_MODE);
  await Deno.writeTextFile(fresh, withVariables(text, variables));
  await Deno.rename(fresh, path);
}

/**
 * A manifest's text with variables set in it, all else as it was, comments too.
 *
 * @example
 * ```ts
 * import { withVariables } from "./set_variables.ts";
 * withVariables("{}", [["A", "1"]]); // '{\n  "env": {\n    "A": "1"\n  }\n}'
 * ```
 */
export function withVariables(text: string, variables: readonly Variable[]): string {
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: "\n" };
  return variables.reduce(
    (before, [name, value]) =>
      applyEdits(before, modify(before, ["env", name], value, { formattingOptions })),
    text.replace(/^\ufeff/, ""),
  );
}
