/** Moment at which a server is killed, see `fault_main.ts`. */
export interface Moment {
  /** Start of the count: the server's start or a signal. */
  readonly from: "start" | "signal";
  /** Number of the effect, from 1; 0 for none. */
  readonly index: number;
  /** Directly before the effect, or this number of milliseconds after its start. */
  readonly timing: "before" | number;
}

/** Times in milliseconds after the spawn of a host command. */
const COMMAND_TIMINGS = [0, 3];

/** The same for a launch chain, which takes up to 7 ms to reach its last step. */
const CHAIN_TIMINGS = [0, 1, 2, 4, 7];

/** Returns a moment as text for the environment. */
export function formatMoment({ from, index, timing }: Moment): string {
  return `${from} ${index} ${timing}`;
}

/** Parses the text of {@linkcode formatMoment}; an empty text means no fault. */
export function parseMoment(text: string): Moment {
  const [from, index = "0", timing = "before"] = text.split(" ");
  return {
    from: from === "start" ? "start" : "signal",
    index: Number(index),
    timing: timing === "before" ? "before" : Number(timing),
  };
}

/**
 * Returns all moments of the effects that a server printed on standard error: before each effect,
 * and for spawned processes also while they run.
 */
export function findMoments(from: Moment["from"], output: string): Moment[] {
  const effects = output.matchAll(/^fault: (\d+) (\w+)( sh -c)?/gm);
  return [...effects].flatMap(([, number, kind, isChain]) => {
    const index = Number(number);
    const later = isChain === undefined ? COMMAND_TIMINGS : CHAIN_TIMINGS;
    const timings = ["before" as const, ...kind === "spawn" ? later : []];
    return timings.map((timing) => ({ from, index, timing }));
  });
}
