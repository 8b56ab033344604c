import { join } from "node:path";
import { expandNpmrc } from "../check/npmrc.ts";
import { readContainedTextFile } from "../function/contained_file.ts";
import { NPMRC_FILE } from "../function/layout.ts";
import type { Mount } from "../sandbox/sandbox.ts";
import type { SourceCheck } from "./isolation.ts";

/** Target path of the file, and the settings that it may contain. */
export interface NpmrcFileOptions {
  /** A new file, in a directory that the supervisor alone may write to. */
  readonly path: string;
  /** Its reader; the supervisor's own user when missing. */
  readonly uid: number | undefined;
  /** Whether packages may come from a host, given as `host:port`. */
  readonly isAllowed: (host: string) => boolean;
}

/**
 * Writes the function's `.npmrc` as its check sees it, and gives the mount that puts it in the
 * file's place; `undefined` when the function has none.
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
