/** Units as tc(8) has them: bits a second, in powers of 1,000. */
const UNIT_BITS: Readonly<Record<string, number>> = {
  bit: 1,
  kbit: 1_000,
  mbit: 1_000_000,
  gbit: 1_000_000_000,
};

/** Less would keep a function from answering its first request in time. */
const MIN_BITS = 64_000;

/** Above any link; a higher number would not fit where the kernel counts bytes in 32 bits. */
const MAX_BITS = 1_000_000_000_000;

/**
 * Bits a second, as people write them: `512kbit`, `50mbit`, `1.5gbit`; `none` for no bound.
 *
 * @throws {SyntaxError} when `text` is no such bandwidth
 * @throws {RangeError} when it is below 64kbit, or above 1000gbit
 * @example
 * ```ts
 * import { parseBandwidth } from "./bandwidth.ts";
 * parseBandwidth("50mbit"); // 50_000_000
 * ```
 */
export function parseBandwidth(text: string): number {
  if (text === "none") return Infinity;
  const match = /^(\d+(?:\.\d+)?)(bit|kbit|mbit|gbit)$/.exec(text);
  if (match === null) {
    throw new SyntaxError(
      `"${text}" is not a bandwidth. Write a number and a unit: 512kbit, 50mbit, 1gbit; or none`,
    );
  }
  const bits = Math.round(Number(match[1]) * UNIT_BITS[match[2]!]!);
  if (bits >= MIN_BITS && bits <= MAX_BITS) return bits;
  throw new RangeError(`"${text}" is out of bounds. Give 64kbit to 1000gbit, or none`);
}
