import { sleep } from "../system/sleep.ts";

/** What is looked at in each round, and who hears of it. */
export interface Watched {
  /** Half a sentence on what is wrong; nothing while all is well. */
  readonly examine: () => Promise<string | undefined>;
  /** Called once. */
  readonly onFound: (reason: string) => void;
}

/** How {@linkcode createRounds} goes round. */
export interface RoundsOptions {
  readonly pauseMs?: number;
}

/** Between two rounds, and no less than this many times what the last one took. */
const PAUSE_MS = 5_000;
const PAUSE_FACTOR = 4;

/**
 * Looks at what it is given, again and again, one after the other; disposing of what it gives ends
 * that. An examination must not reject.
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
        // Nothing is left to wait for.
        if (all.size === 0) wake.abort();
      },
    };
  };
}
