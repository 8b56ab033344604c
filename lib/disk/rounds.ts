import { sleep } from "../system/sleep.ts";

/** A test that runs in each round, and its callback. */
export interface Watched {
  /** Returns half a sentence about a problem; `undefined` while there is none. */
  readonly examine: () => Promise<string | undefined>;
  /** Called once. */
  readonly onFound: (reason: string) => void;
}

/** Options of {@linkcode createRounds}. */
export interface RoundsOptions {
  readonly pauseMs?: number;
}

/** Pause between two rounds in milliseconds; at least this many times as long as the last round. */
const PAUSE_MS = 5_000;
const PAUSE_FACTOR = 4;

/**
 * Returns a function that adds a test. All tests run periodically, one after the other, until their
 * result is disposed. A test must not reject.
 */
export function createRounds({ pauseMs = PAUSE_MS }: RoundsOptions = {}): (
  watched: Watched,
) => Disposable {
  const all = new Set<Watched>();
  let wake = new AbortController();
  let isRunning = false;

  async function goRound(): Promise<void> {
    isRunning = true;
    while (all.size > 0) {
      wake = new AbortController();
      const beganAtMs = performance.now();
      for (const one of [...all]) {
        const reason = await one.examine();
        if (reason !== undefined && all.delete(one)) one.onFound(reason);
      }
      const tookMs = performance.now() - beganAtMs;
      if (all.size > 0) await sleep(Math.max(pauseMs, PAUSE_FACTOR * tookMs), wake.signal);
    }
    isRunning = false;
  }

  return (watched) => {
    all.add(watched);
    if (!isRunning) void goRound();
    return {
      [Symbol.dispose]() {
        all.delete(watched);
        // No test is left.
        if (all.size === 0) wake.abort();
      },
    };
  };
}
