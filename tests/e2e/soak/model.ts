/** Current code of a name, and earlier code that may still answer. */
export interface Slot {
  readonly hasFolder: boolean;
  /** Answer of the current code; `undefined` if the code can't be served. */
  readonly text: string | undefined;
  /** Answers of earlier code that may still run. */
  readonly earlier: readonly string[];
  /** True if it is possible that no earlier code runs. */
  readonly mayBeGone: boolean;
  /** Number of exits since the code changed: each makes the restart delay longer. */
  readonly ends: number;
}

/** An acceptable answer once there are no more changes. */
export interface Expected {
  readonly status: 200 | 404 | 500;
  /** For status 200: acceptable texts. */
  readonly texts: readonly string[];
}

/** A name that was never used. */
export const UNUSED: Slot = {
  hasFolder: false,
  text: undefined,
  earlier: [],
  mayBeGone: true,
  ends: 0,
};

/** Returns the slot after new code is written to its folder. Without a text the code is broken. */
export function written(slot: Slot, text: string | undefined): Slot {
  return { ...kept(slot), hasFolder: true, text, ends: 0 };
}

/** Returns the slot after its process, if any, is killed. */
export function ended(slot: Slot): Slot {
  return { ...slot, mayBeGone: true, ends: slot.ends + 1 };
}

/**
 * Returns the slot after its folder is removed. A running instance may continue if a new one
 * follows.
 */
export function removed(slot: Slot): Slot {
  return { ...kept(slot), hasFolder: false, text: undefined, mayBeGone: true };
}

/** Returns the acceptable answers for a name that has not changed for long enough. */
export function expected(slot: Slot): readonly Expected[] {
  const { hasFolder, text, earlier, mayBeGone } = slot;
  if (!hasFolder) return [{ status: 404, texts: [] }];
  if (text !== undefined) return [{ status: 200, texts: [text] }];
  // While a revision is broken, the one that serves, if any, continues.
  return [
    ...(earlier.length > 0 ? [{ status: 200 as const, texts: earlier }] : []),
    ...(mayBeGone ? [{ status: 500 as const, texts: [] }] : []),
  ];
}

function kept(slot: Slot): Slot {
  const { text, earlier } = slot;
  return text === undefined ? slot : { ...slot, earlier: [...earlier, text] };
}
