/** Where a server is killed, see `fault_main.ts`. */
export interface Moment {
  /** Effects are counted from its start, or from a signal on. */
  readonly from: "start" | "signal";
  /** Which effect, from 1; 0 for none. */
  readonly index: number;
  /** Right before the effect, or so many milliseconds after it began. */
  readonly timing: "before" | number;
}

/** How far commands of the host are let come, in milliseconds after the spawn. */
const COMMAND_TIMINGS = [0, 3];

/** The same for a launch chain, which takes that long to its last step. */
const CHAIN_TIMINGS = [0, 1, 2, 4, 7];

/** As text for the environment. */
export function formatMoment({ from, index, timing }: Moment): string {
  return `${from} ${index} ${timing}`;
}

/** Reads what {@linkcode formatMoment} wrote; an empty text means no fault. */
export function parseMoment(text: string): Moment {
  const [from, index = "0", timing = "before"] = text.split(" ");
  return {
    from: from === "start" ? "start" : "signal",
    index: Number(index),
    timing: timing === "before" ? "before" : Number(timing),
  };
}

/**
 * All moments of the effects that a server named on its standard error: before each, and for what it
 * spawned also while that runs.
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
