import { createHash } from "node:crypto";

/** First and last user of an owner's functions. */
export type UserRange = readonly [first: number, last: number];

/** First user behind those that systemd gives to containers; no distribution gives these out. */
const FIRST_UID = 0x7000_0000;

/** Users of one owner, and the number of such ranges. */
const RANGE_SIZE = 65_536;
const RANGES = 1_024;

/**
 * The range of users that belongs to an owner: the one that its id gives, or the next one that is
 * not in `taken`, the first users of other owners' ranges. When all are taken, owners share one.
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

/** The range that begins with a user. */
export function rangeFrom(first: number): UserRange {
  return [first, first + RANGE_SIZE - 1];
}
