import { formatWith } from "./units.ts";

/** Units of tc(8): bits per second, in powers of 1,000. */
const UNIT_BITS: Readonly<Record<string, number>> = {
  bit: 1,
  kbit: 1_000,
  mbit: 1_000_000,
  gbit: 1_000_000_000,
};

/** With less, a function cannot answer its first request in time. */
const MIN_BITS = 64_000;

/** Faster than any link; the kernel counts bytes in 32 bits, which a higher number exceeds. */
const MAX_BITS = 1_000_000_000_000;

/**
 * Parses a bandwidth such as `512kbit`, `50mbit` or `1.5gbit`, and returns bits per second; `none` is
 * Infinity.
 *
 * @throws {SyntaxError} if `text` is not a bandwidth
 * @throws {RangeError} if it is below 64kbit or above 1000gbit
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

/** Formats bits per second as {@linkcode parseBandwidth} reads them: `50mbit`, or `none`. */
export function formatBandwidth(bits: number): string {
  if (bits === Infinity) return "none";
  return formatWith([["gbit", 1e9], ["mbit", 1e6], ["kbit", 1e3], ["bit", 1]], bits);
}
