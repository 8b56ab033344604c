/** Users above this are refused by some programs, for they do not fit into a signed number. */
const MAX_UID = 2 ** 31 - 2;

/** Lower ones belong to people and to the system. */
const MIN_UID = 1_000;

/**
 * First and last of a range of users, as `200000-265535`.
 *
 * @throws {SyntaxError} when `text` is no such range
 * @example
 * ```ts
 * import { parseUidRange } from "./uid_range.ts";
 * parseUidRange("200000-265535"); // [200_000, 265_535]
 * ```
 */
export function parseUidRange(text: string): [first: number, last: number] {
  const match = /^(\d{1,10})-(\d{1,10})$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && first >= MIN_UID && first < last && last <= MAX_UID) return [first, last];
  throw new SyntaxError(
    `"${text}" is not a range of users. Write the first and the last, from ${MIN_UID} on: ` +
      "200000-265535",
  );
}
