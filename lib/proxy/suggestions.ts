import { nearest } from "../config/suggestion.ts";

/** Suggests names of functions, at a bounded cost. */
export interface Suggestions {
  /** Returns the name nearest to a word; `undefined` if none is near, or after too many questions. */
  readonly suggest: (word: string, names: Iterable<string>) => string | undefined;
}

/** Each question compares a word with all names, and anybody may ask. */
const MAX_A_SECOND = 20;

/** A name of a function is not longer. */
const MAX_WORD = 63;

/** Creates suggestions. */
export function createSuggestions(now: () => number = () => performance.now()): Suggestions {
  let [beganMs, asked] = [-Infinity, 0];
  return {
    suggest(word, names) {
      if (word === "" || word.length > MAX_WORD) return undefined;
      if (now() - beganMs >= 1_000) [beganMs, asked] = [now(), 0];
      return ++asked > MAX_A_SECOND ? undefined : nearest(word, names);
    },
  };
}
