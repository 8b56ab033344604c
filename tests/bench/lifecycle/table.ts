import { say } from "../isolation/figures.ts";
export { median } from "./figure.ts";

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
