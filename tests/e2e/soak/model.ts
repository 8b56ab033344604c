/** What a name stands for at present, and what may still answer for it. */
export interface Slot {
  readonly hasFolder: boolean;
  /** The text of the code that is there; none when that can't be served. */
  readonly text: string | undefined;
  /** Texts of code that was there before and may have been kept. */
  readonly earlier: readonly string[];
  /** Whether none of the earlier code may be left running. */
  readonly mayBeGone: boolean;
  /** Ends of its process since its code changed: each makes the pause before the next start longer. */
  readonly ends: number;
}

/** What an answer must be, once all is quiet. */
export interface Expected {
  readonly status: 200 | 404 | 500;
  /** For 200: one of these. */
  readonly texts: readonly string[];
}

/** A name that nobody has used. */
export const UNUSED: Slot = {
  hasFolder: false,
  text: undefined,
  earlier: [],
  mayBeGone: true,
  ends: 0,
};

/** New code is put in its folder, which is made when there is none: good with a text, else bad. */
export function written(slot: Slot, text: string | undefined): Slot {
  return { ...kept(slot), hasFolder: true, text, ends: 0 };
}

/** Its process is ended, if it has one. */
export function ended(slot: Slot): Slot {
  return { ...slot, mayBeGone: true, ends: slot.ends + 1 };
}

/** Its folder goes; what ran may go on if another comes at once. */
export function removed(slot: Slot): Slot {
  return { ...kept(slot), hasFolder: false, text: undefined, mayBeGone: true };
}

/** What may be answered for a name when nothing has changed for long enough. */
export function expected(slot: Slot): readonly Expected[] {
  const { hasFolder, text, earlier, mayBeGone } = slot;
  if (!hasFolder) return [{ status: 404, texts: [] }];
  if (text !== undefined) return [{ status: 200, texts: [text] }];
  // A revision that can't be served leaves the one that serves, if there is one.
  return [
    ...(earlier.length > 0 ? [{ status: 200 as const, texts: earlier }] : []),
    ...(mayBeGone ? [{ status: 500 as const, texts: [] }] : []),
  ];
}

function kept(slot: Slot): Slot {
  const { text, earlier } = slot;
  return text === undefined ? slot : { ...slot, earlier: [...earlier, text] };
}
