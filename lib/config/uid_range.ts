/** Some programs refuse higher UIDs, which do not fit into a signed number. */
const MAX_UID = 2 ** 31 - 2;

/** Lower UIDs belong to users and to the system. */
const MIN_UID = 1_000;

/** First and last UID of a range. */
export type UidRange = readonly [first: number, last: number];

/**
 * Parses a range of UIDs, such as `200000-265535`.
 *
 * @throws {SyntaxError} if `text` is not a range, or out of bounds
 * @example
 * ```ts
 * import { parseUidRange } from "./uid_range.ts";
 * parseUidRange("200000-265535"); // [200_000, 265_535]
 * ```
 */
export function parseUidRange(text: string): UidRange {
  const match = /^(\d{1,10})-(\d{1,10})$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && first >= MIN_UID && first < last && last <= MAX_UID) return [first, last];
  throw new SyntaxError(
    `"${text}" is not a range of UIDs. Write the first and the last, from ${MIN_UID} on: ` +
      "200000-265535",
  );
}

/** Formats a range of UIDs as {@linkcode parseUidRange} reads it. */
export function formatUidRange([first, last]: UidRange): string {
  return `${first}-${last}`;
}
