/**
 * Estimates a quantile from a histogram: `counts[i]` values are at most `bounds[i]`, and the last
 * count is of values above all bounds. Interpolates linearly within a bucket, as Prometheus does.
 * Returns `undefined` if there are no values.
 *
 * @example
 * ```ts
 * import { quantile } from "./quantile.ts";
 * quantile([0, 4, 0], { bounds: [10, 20], share: 0.5 }); // 15
 * ```
 */
export function quantile(
  counts: readonly number[],
  { bounds, share }: { readonly bounds: readonly number[]; readonly share: number },
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const wanted = total * share;
  let below = 0;
  for (const [index, bound] of bounds.entries()) {
    const count = counts[index] ?? 0;
    if (count > 0 && below + count >= wanted) {
      const floor = bounds[index - 1] ?? 0;
      return floor + (bound - floor) * ((wanted - below) / count);
    }
    below += count;
  }
  return bounds.at(-1);
}
