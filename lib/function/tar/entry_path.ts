import { TarError } from "./tar_error.ts";

/** Source: NAME_MAX and PATH_MAX of limits.h, with room for the target directory. */
const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 2048;

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

/**
 * Splits the path of an entry into names; empty for the archive's top directory.
 *
 * @throws {TarError} if it leads out of the archive, or a name is invalid or too long
 *
 * @example
 * ```ts
 * import { parseEntryPath } from "./entry_path.ts";
 * parseEntryPath("./shop/index.ts"); // ["shop", "index.ts"]
 * ```
 */
export function parseEntryPath(path: string): string[] {
  const shown = JSON.stringify(path.slice(0, MAX_NAME_BYTES));
  if (CONTROL.test(path)) throw new TarError(`the name ${shown} contains a control character`);
  if (path === "" || path.startsWith("/")) throw new TarError(`the path ${shown} is not relative`);
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw new TarError(`the path ${shown} leads out of it`);
  const encoder = new TextEncoder();
  const isTooLong = encoder.encode(path).length > MAX_PATH_BYTES ||
    names.some((name) => encoder.encode(name).length > MAX_NAME_BYTES);
  if (isTooLong) throw new TarError(`the path ${shown} is too long`);
  return names;
}

/**
 * Returns true if a symbolic link at this depth leads to a path inside the folder. `..` is allowed
 * only at the beginning, and not above the folder. No directory on the path to a link is a link
 * itself, so the target is inside the folder too.
 */
export function isInnerLink(target: string, depth: number): boolean {
  if (target === "" || target.startsWith("/") || CONTROL.test(target)) return false;
  const names = target.split("/").filter((name) => name !== "" && name !== ".");
  const ups = names.findIndex((name) => name !== "..");
  const count = ups === -1 ? names.length : ups;
  return count <= depth && !names.slice(count).includes("..");
}
