import { say } from "./isolation/figures.ts";

/** Returns the median of some values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Prints a heading. */
export function title(text: string): void {
  say(`\n${text}`);
}

/** Prints a figure with its name and a note. */
export function row(name: string, figure: string, note = ""): void {
  say(`  ${name.padEnd(50)}${figure.padStart(10)}  ${note}`);
}

/** Runs a task and returns its result and its duration in milliseconds. */
export async function timed<Result>(
  task: () => Promise<Result>,
): Promise<readonly [ms: number, result: Result]> {
  const beganMs = performance.now();
  const result = await task();
  return [performance.now() - beganMs, result];
}
