import { TarError } from "./tar_error.ts";

/** Source: limits.h, NAME_MAX and PATH_MAX, with room for the directory that it is put in. */
const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 2048;

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

/**
 * The names on the way to an entry, none for the archive's own top.
 *
 * @throws {TarError} when it leads out of the archive, or no file could have that name
 *
 * @example
 * ```ts
 * import { parseEntryPath } from "./entry_path.ts";
 * parseEntryPath("./shop/index.ts"); // ["shop", "index.ts"]
 * ```
 */
export function parseEntryPath(path: string): string[] {
  const shown = JSON.stringify(path.slice(0, MAX_NAME_BYTES));
  if (CONTROL.test(path)) throw new TarError(`the name ${shown} holds a control character`);
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
 * Whether a symbolic link leads to a place in the folder, whatever links there are on the way:
 * `..` may stand at the beginning alone, and not lead above the folder. Links can't be on the way to
 * a link itself, and so what such a link leads to is within, and all that is below it too.
 */
export function isInnerLink(target: string, depth: number): boolean {
  if (target === "" || target.startsWith("/") || CONTROL.test(target)) return false;
  const names = target.split("/").filter((name) => name !== "" && name !== ".");
  const ups = names.findIndex((name) => name !== "..");
  const count = ups === -1 ? names.length : ups;
  return count <= depth && !names.slice(count).includes("..");
}
