import { createHash } from "node:crypto";

/** First and last user of an owner's functions. */
export type UserRange = readonly [first: number, last: number];

/** First user id, above those that systemd uses for containers; no distribution uses these. */
const FIRST_UID = 0x7000_0000;

/** Number of user ids of one owner, and number of such ranges. */
const RANGE_SIZE = 65_536;
const RANGES = 1_024;

/**
 * Returns the range of user ids of an owner: the one that its id gives, or the next one whose first
 * id is not in `taken`. When all are in use, owners share a range.
 *
 * @example
 * ```ts
 * import { userRangeOf } from "./user_range.ts";
 * const [first] = userRangeOf("a1b2c3");
 * userRangeOf("a1b2c3", new Set([first]))[0] === first; // false
 * ```
 */
export function userRangeOf(ownerId: string, taken: ReadonlySet<number> = new Set()): UserRange {
  const index = createHash("sha256").update(ownerId).digest().readUInt32BE(0) % RANGES;
  for (let turn = 0; turn < RANGES; turn++) {
    const first = FIRST_UID + (index + turn) % RANGES * RANGE_SIZE;
    if (!taken.has(first)) return rangeFrom(first);
  }
  return rangeFrom(FIRST_UID + index * RANGE_SIZE);
}

/** Returns the range that begins with a user id. */
export function rangeFrom(first: number): UserRange {
  return [first, first + RANGE_SIZE - 1];
}
