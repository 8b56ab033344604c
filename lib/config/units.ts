/** A unit, and how many of the smallest unit it is; of several, the largest first. */
export type Unit = readonly [name: string, size: number];

/**
 * Writes a number in the largest unit that it is a whole multiple of.
 *
 * @example
 * ```ts
 * import { formatWith } from "./units.ts";
 * formatWith([["m", 60], ["s", 1]], 120); // "2m"
 * ```
 */
export function formatWith(units: readonly Unit[], value: number): string {
  const [name, size] = units.find(([, size]) => value >= size && value % size === 0) ??
    units.at(-1)!;
  return `${value / size}${name}`;
}
