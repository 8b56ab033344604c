/**
 * The time that a share of requests took no longer than, from how many took up to each bound; the
 * last count is of those beyond all bounds. Between two bounds they are taken for evenly spread, as
 * Prometheus does. `undefined` when there were none.
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
