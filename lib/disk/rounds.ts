import { sleep } from "../system/sleep.ts";

/** A check that each round makes, and the callback that it reports to. */
export interface Watched {
  /** Half a sentence on what is wrong; nothing while all is well. */
  readonly examine: () => Promise<string | undefined>;
  /** Called once. */
  readonly onFound: (reason: string) => void;
}

/** Options of {@linkcode createRounds}. */
export interface RoundsOptions {
  readonly pauseMs?: number;
}

/** Pause between two rounds; at least this many times the duration of the last one. */
const PAUSE_MS = 5_000;
const PAUSE_FACTOR = 4;

/**
 * Returns a function that examines everything given to it periodically, one after the other, until
 * the result is disposed. An examination must not reject.
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
