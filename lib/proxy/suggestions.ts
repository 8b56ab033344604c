import { nearest } from "../config/suggestion.ts";

/** Suggests names of functions, at a bounded cost. */
export interface Suggestions {
  /** Returns the name nearest to a word; `undefined` if none is near, or after too many questions. */
  readonly suggest: (word: string, names: Iterable<string>) => string | undefined;
}

/** Each question compares a word with all names, and anybody may ask. */
const MAX_A_SECOND = 20;

/** With a thousand long names, a question takes some 40 ms, in which the proxy does nothing else. */
const MAX_MS_A_SECOND = 50;

/** A name of a function is not longer. */
const MAX_WORD = 63;

/** Creates suggestions. */
export function createSuggestions(now: () => number = () => performance.now()): Suggestions {
  let [beganMs, asked, spentMs] = [-Infinity, 0, 0];
  return {
    suggest(word, names) {
      if (word === "" || word.length > MAX_WORD) return undefined;
      const atMs = now();
      if (atMs - beganMs >= 1_000) [beganMs, asked, spentMs] = [atMs, 0, 0];
      if (++asked > MAX_A_SECOND || spentMs >= MAX_MS_A_SECOND) return undefined;
      const found = nearest(word, names);
      spentMs += now() - atMs;
      return found;
    },
  };
}
