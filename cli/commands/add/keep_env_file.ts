import { join } from "node:path";
import { ConfigError } from "../../../lib/config/json_file.ts";
import { readContainedTextFile } from "../../../lib/function/contained_file.ts";
import { ENV_FILE } from "../../../lib/function/layout.ts";
import { UntrustedPathError } from "../../../lib/system/trusted_path.ts";
import { CliError } from "../../exit_code.ts";
import { printError } from "../../output/print.ts";
import type { Source } from "./source.ts";

/** A folder that takes another's place. */
export interface KeepOptions {
  readonly source: Source;
  readonly functionsDirectory: string;
  readonly name: string;
  /** Where the new folder is until then. */
  readonly staged: string;
}

/** The supervisor reads it for the function, and nobody else has to. */
const MODE = 0o600;

/**
 * Takes the `.env` of a folder that is replaced over into the new one, which has none: somebody put
 * it there by hand, and it would be lost. Says so in a line.
 *
 * @throws {CliError} when the new folder is a link, in which nothing is written
 */
export async function keepEnvFile(options: KeepOptions): Promise<void> {
  const { source, functionsDirectory, name, staged } = options;
  const before = join(functionsDirectory, name);
  // What a link leads to stays where it is.
  if ((await Deno.lstat(before)).isSymlink || await isThere(join(staged, ENV_FILE))) return;
  let text: string | undefined;
  try {
    text = await readContainedTextFile(before, join(before, ENV_FILE));
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof UntrustedPathError)) throw error;
    printError(`The ${ENV_FILE} of the folder before is left behind: ${error.message}\n`);
    return;
  }
  if (text === undefined) return;
  if (source.type === "link") {
    throw new CliError(
      `"${name}" has a ${ENV_FILE} in its folder, which "${source.path}" lacks, and would lose it. ` +
        `Keep its variables with: ddsrv env import ${name} ${
          join(before, ENV_FILE)
        }; and remove it`,
    );
  }
  const target = join(staged, ENV_FILE);
  await Deno.writeTextFile(target, text, { createNew: true, mode: MODE });
  // The process's umask shall not count.
  await Deno.chmod(target, MODE);
  printError(`The ${ENV_FILE} of the folder before is kept; the new one brings none\n`);
}

/** Whatever it is: what a new folder brings is never overwritten. */
async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
