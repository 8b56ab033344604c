import { join } from "node:path";
import { ConfigError } from "../../../lib/config/json_file.ts";
import { readContainedTextFile } from "../../../lib/function/contained_file.ts";
import { ENV_FILE } from "../../../lib/function/layout.ts";
import { UntrustedPathError } from "../../../lib/system/trusted_path.ts";
import { CliError } from "../../exit_code.ts";
import { printError } from "../../output/print.ts";
import { entryExists } from "./entry_exists.ts";
import type { Source } from "./source.ts";

/** Options of {@linkcode keepEnvFile}. */
export interface KeepOptions {
  readonly source: Source;
  readonly functionsDirectory: string;
  readonly name: string;
  /** Path of the new folder before it replaces the old one. */
  readonly staged: string;
}

/** Only root needs to read it: the supervisor passes the variables on. */
const MODE = 0o600;

/**
 * Copies the `.env` of the replaced folder into the new one if that has none, and reports it:
 * somebody put the file there by hand, and it would be lost.
 *
 * @throws {CliError} if the new folder is a link, because ddsrv writes nothing into its target
 */
export async function keepEnvFile(options: KeepOptions): Promise<void> {
  const { source, functionsDirectory, name, staged } = options;
  const before = join(functionsDirectory, name);
  // Replacing a link does not touch the files in its target.
  if ((await Deno.lstat(before)).isSymlink || await entryExists(join(staged, ENV_FILE))) return;
  let text: string | undefined;
  try {
    text = await readContainedTextFile(before, join(before, ENV_FILE));
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof UntrustedPathError)) throw error;
    printError(`The ${ENV_FILE} of the previous folder was not copied: ${error.message}\n`);
    return;
  }
  if (text === undefined) return;
  if (source.type === "link") {
    throw new CliError(
      `"${name}" would lose its ${ENV_FILE}, because "${source.path}" has none. Import its ` +
        `variables with: ddsrv env import ${name} ${join(before, ENV_FILE)}; then remove the file`,
    );
  }
  const target = join(staged, ENV_FILE);
  await Deno.writeTextFile(target, text, { createNew: true, mode: MODE });
  // Independent of the umask.
  await Deno.chmod(target, MODE);
  printError(`Kept the ${ENV_FILE} of the previous folder, because the new one has none\n`);
}
