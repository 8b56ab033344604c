import { join } from "node:path";
import { expandNpmrc } from "../check/npmrc.ts";
import { readContainedTextFile } from "../function/contained_file.ts";
import { NPMRC_FILE } from "../function/layout.ts";
import type { Mount } from "../sandbox/sandbox.ts";
import type { SourceCheck } from "./isolation.ts";

/** Options of {@linkcode writeNpmrc}. */
export interface NpmrcFileOptions {
  /** Path of the new file, in a directory to which only the supervisor may write. */
  readonly path: string;
  /** User that may read the file; `undefined` for the supervisor's own. */
  readonly uid: number | undefined;
  /** Returns true if packages may come from a host, given as `host:port`. */
  readonly isAllowed: (host: string) => boolean;
}

/**
 * Writes the function's `.npmrc` for its check, and returns the mount that replaces the original
 * file; `undefined` when the function has none.
 *
 * @throws {ConfigError} when the file contains a setting that is not allowed
 */
export async function writeNpmrc(
  { directory, variables }: Pick<SourceCheck, "directory" | "variables">,
  { path, uid, isAllowed }: NpmrcFileOptions,
): Promise<Mount | undefined> {
  const target = join(directory, NPMRC_FILE);
  const text = await readContainedTextFile(directory, target);
  if (text === undefined) return undefined;
  const expanded = expandNpmrc({ path: target, text, variables, isAllowed });
  await Deno.writeTextFile(path, expanded, { mode: 0o400, createNew: true });
  if (uid !== undefined) await Deno.chown(path, uid, uid);
  return { source: path, target };
}
