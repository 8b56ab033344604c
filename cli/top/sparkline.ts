const BARS = "▁▂▃▄▅▆▇█";

/**
 * Draws values as bars, scaled to the maximum; only the last ones if there are more than `width`.
 *
 * @example
 * ```ts
 * import { sparkline } from "./sparkline.ts";
 * sparkline([0, 4, 8], 4); // " ▁▄█"
 * ```
 */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(Math.max(0, values.length - width));
  const highest = Math.max(...shown, Number.MIN_VALUE);
  const bars = shown.map((value) => {
    const height = Math.ceil((value / highest) * BARS.length);
    return BARS[Math.max(0, height - 1)]!;
  });
  return bars.join("").padStart(width);
}
