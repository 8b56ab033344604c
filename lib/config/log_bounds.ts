import { parseSize } from "./size.ts";

/** A record alone may have as much, in Docker's format. */
const MIN_BYTES = 128 * 1024;

/** With a single one, all would be gone each time that it is full. */
export const MIN_LOG_FILES = 2;

/** To look through more takes longer than anybody wants to wait. */
export const MAX_LOG_FILES = 1_000;

/**
 * The size at which a log file is put away.
 *
 * @throws {SyntaxError | RangeError} see `parseSize`; or a long line would be more than that
 * @example
 * ```ts
 * import { parseLogMaxSize } from "./log_bounds.ts";
 * parseLogMaxSize("10MiB"); // 10_485_760
 * ```
 */
export function parseLogMaxSize(text: string): number {
  const bytes = parseSize(text);
  if (bytes >= MIN_BYTES) return bytes;
  throw new RangeError(`"${text}" is too little for a log file. Give at least 128KiB`);
}

/**
 * How many files of one log are kept.
 *
 * @throws {RangeError} when it is no whole number, too few or too many
 */
export function parseLogMaxFiles(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= MIN_LOG_FILES && count <= MAX_LOG_FILES) return count;
  throw new RangeError(
    `"${text}" is no number of log files. ` +
      `Give a whole number from ${MIN_LOG_FILES} to ${MAX_LOG_FILES}`,
  );
}
