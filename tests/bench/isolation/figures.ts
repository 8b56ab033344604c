/** Times to open and to close, in milliseconds. */
export interface Sample {
  readonly openMs: number;
  readonly closeMs: number;
}

/** Measured functions, by the printed name. */
export type Measures = Readonly<Record<string, () => Promise<Sample>>>;

/** Opens something and returns a function that closes it. */
export type Open = () => Promise<() => Promise<unknown>>;

/** Opens and closes, and returns the time of each. */
export async function sample(open: Open): Promise<Sample> {
  const beganMs = performance.now();
  const close = await open();
  const openedMs = performance.now();
  await close();
  return { openMs: openedMs - beganMs, closeMs: performance.now() - openedMs };
}

/** Runs all measures in turn, round by round, so that load on the machine affects all of them. */
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

/** Prints the heading for {@linkcode printSamples}. */
export function printHeading(title: string): void {
  const columns = ["open", "each", "ratio", "more", "close", "each"];
  say(`\n${title.padEnd(52)}${columns.map((name) => name.padStart(9)).join("")}`);
}

/**
 * Prints medians for `count` things at once: the total, the time for each, and the ratio and the
 * difference in milliseconds to the first name.
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
    // Compare samples of the same round, so that load on the machine affects both.
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

/** Prints a line to standard output. */
export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
