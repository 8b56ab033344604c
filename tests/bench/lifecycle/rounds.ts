/** Takes one measurement, in milliseconds. */
export type Take = (round: number) => Promise<number>;

/** Subjects by name; the first is the one that the others are compared to. */
export type Subjects = Readonly<Record<string, Take>>;

/**
 * Measures subjects in turn, round by round, so that other load on the machine affects all of them.
 * Leaves out a first round, which fills caches.
 */
export async function takeRounds(
  subjects: Subjects,
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const taken = new Map(Object.keys(subjects).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, take] of Object.entries(subjects)) {
      const ms = await take(round);
      if (round > 0) taken.get(name)!.push(ms);
    }
  }
  return taken;
}

/** Runs a task and returns its duration in milliseconds. */
export async function durationOf(task: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await task();
  return performance.now() - beganMs;
}
