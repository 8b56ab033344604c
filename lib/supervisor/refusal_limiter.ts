/** Decides which refusals a function's log says. */
export interface RefusalLimiter {
  /** Returns true if one more line of the function may be read in search of a refusal. */
  readonly mayRead: (name: string, nowMs: number) => boolean;
  /**
   * Returns `say` for a cause that the log has not said in the last minute. Beyond the maximum of a
   * function, returns `more` once, and `nothing` afterwards.
   */
  readonly admit: (name: string, cause: string, nowMs: number) => "say" | "more" | "nothing";
  readonly forget: (name: string) => void;
}

/** Time in which a function's log says each cause once, and this many causes. */
const INTERVAL_MS = 60_000;
export const MAX_CAUSES = 10;

/** Lines that are read in a period: a function may print thousands that look like refusals. */
const PERIOD_MS = 10_000;
export const MAX_LINES = 50;

/** No cause is like it. */
const MORE = "";

interface Said {
  /** Times of the last minute by cause. */
  readonly causes: Map<string, number>;
  periodMs: number;
  lines: number;
}

/** Creates a limiter. It keeps a few short texts for each function that something was refused to. */
export function createRefusalLimiter(): RefusalLimiter {
  const functions = new Map<string, Said>();

  function saidOf(name: string): Said {
    const known = functions.get(name) ?? { causes: new Map(), periodMs: -Infinity, lines: 0 };
    functions.set(name, known);
    return known;
  }

  return {
    mayRead(name, nowMs) {
      const said = saidOf(name);
      if (nowMs - said.periodMs >= PERIOD_MS) [said.periodMs, said.lines] = [nowMs, 0];
      return ++said.lines <= MAX_LINES;
    },
    admit(name, cause, nowMs) {
      const { causes } = saidOf(name);
      for (const [one, atMs] of causes) if (nowMs - atMs >= INTERVAL_MS) causes.delete(one);
      if (causes.has(cause)) return "nothing";
      if (causes.size < MAX_CAUSES) {
        causes.set(cause, nowMs);
        return "say";
      }
      if (causes.has(MORE)) return "nothing";
      causes.set(MORE, nowMs);
      return "more";
    },
    forget: (name) => void functions.delete(name),
  };
}
