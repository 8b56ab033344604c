/** With fewer, a folder of some modules would be refused. */
export const MIN_MAX_FILES = 10;

/** To count more takes seconds. */
export const MAX_MAX_FILES = 10_000_000;

/**
 * The most files and folders in one function's folder.
 *
 * @throws {RangeError} when it is no whole number, too few or too many
 * @example
 * ```ts
 * import { parseMaxFiles } from "./max_files.ts";
 * parseMaxFiles("50000"); // 50_000
 * ```
 */
export function parseMaxFiles(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= MIN_MAX_FILES && count <= MAX_MAX_FILES) return count;
  throw new RangeError(
    `"${text}" is no number of files. ` +
      `Give a whole number from ${MIN_MAX_FILES} to ${MAX_MAX_FILES}`,
  );
}
