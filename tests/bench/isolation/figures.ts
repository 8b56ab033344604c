/** A thing that is opened and closed again; both in milliseconds. */
export interface Sample {
  readonly openMs: number;
  readonly closeMs: number;
}

/** What is measured, by the name that is printed. */
export type Measures = Readonly<Record<string, () => Promise<Sample>>>;

/** Something that is open, and how it is closed. */
export type Open = () => Promise<() => Promise<unknown>>;

/** Opens and closes, and takes the time of each. */
export async function sample(open: Open): Promise<Sample> {
  const beganMs = performance.now();
  const close = await open();
  const openedMs = performance.now();
  await close();
  return { openMs: openedMs - beganMs, closeMs: performance.now() - openedMs };
}

/** Runs all measures in turn, round by round, so that they share the machine's good and bad times. */
export async function takeSamples(
  measures: Measures,
  rounds: number,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const results = new Map(Object.keys(measures).map((name) => [name, [] as Sample[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, take] of Object.entries(measures)) results.get(name)!.push(await take());
  }
  return results;
}

/** The heading of what {@linkcode printSamples} prints. */
export function printHeading(title: string): void {
  const columns = ["open", "each", "ratio", "more", "close", "each"];
  say(`\n${title.padEnd(52)}${columns.map((name) => name.padStart(9)).join("")}`);
}

/**
 * Prints medians for `count` things at once: in all, for each of them, and for the first name given
 * what the others take in proportion to it and how much more in milliseconds.
 */
export function printSamples(
  results: ReadonlyMap<string, readonly Sample[]>,
  count: number,
): void {
  const [base = []] = [...results.values()];
  const baseMs = base.map((one) => one.openMs);
  for (const [name, samples] of results) {
    const openMs = median(samples.map((one) => one.openMs));
    const closeMs = median(samples.map((one) => one.closeMs));
    // Of the same round, so that a bad time of the machine counts for both.
    const ratio = median(samples.map((one, round) => one.openMs / baseMs[round]!));
    const moreMs = median(samples.map((one, round) => one.openMs - baseMs[round]!));
    const figures = [
      openMs.toFixed(1),
      (openMs / count).toFixed(1),
      results.size === 1 ? "" : ratio.toFixed(2),
      results.size === 1 ? "" : moreMs.toFixed(1),
      closeMs.toFixed(1),
      (closeMs / count).toFixed(1),
    ];
    say(name.padEnd(52) + figures.map((figure) => figure.padStart(9)).join(""));
  }
}

/** Prints a line. */
export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
