import { type Change, isSuccess } from "./change.ts";

/** Time during which a revision served. */
export interface ServedPeriod {
  /** The change that brought the revision. */
  readonly change: Change;
  /** Time since 1970, in milliseconds, at which another revision followed; `undefined` for none. */
  readonly untilMs: number | undefined;
}

/**
 * Returns the last time that a revision served after it was brought by other means than a rollback;
 * `undefined` if the changes do not tell.
 *
 * @example
 * ```ts
 * import { servedPeriod } from "./served_period.ts";
 * // A deploy of a, and an edit to b at 2,000 ms
 * servedPeriod(changes, "a…"); // { change: the deploy, untilMs: 2_000 }
 * ```
 */
export function servedPeriod(
  changes: readonly Change[],
  revision: string,
): ServedPeriod | undefined {
  const served = changes.filter(isSuccess);
  const isNew = ({ by }: Change, index: number): boolean =>
    served[index - 1]?.revision !== revision && by !== "rollback" && by !== "undo";
  const index = served.findLastIndex((change, at) =>
    change.revision === revision && isNew(change, at)
  );
  const change = served[index];
  if (change === undefined) return undefined;
  const next = served.slice(index).find((one) => one.revision !== revision);
  return { change, untilMs: next?.atMs };
}
