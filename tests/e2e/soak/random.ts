/** A reproducible random number generator. */
export interface Random {
  /** Returns a number in [0, 1). */
  readonly next: () => number;
  /** Returns an integer in [0, end). */
  readonly below: (end: number) => number;
  readonly pick: <Value>(values: readonly Value[]) => Value;
}

/** Creates a generator with the same numbers for the same seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return { next, below, pick: (values) => values[below(values.length)]! };
}
