import { say } from "../isolation/figures.ts";
import type { Written } from "./figure.ts";

export { median } from "./figure.ts";

/** Collects what {@linkcode row} gets; `undefined` while rows are printed. */
let collected: Written[] | undefined;
let heading = "";

/** Prints a heading, or puts it before the next rows that are collected. */
export function title(text: string): void {
  heading = text;
  if (collected === undefined) say(`\n${text}`);
}

/** Prints or collects a figure with its name and a note. */
export function row(name: string, figure: string, note = ""): void {
  if (collected === undefined) say(`  ${name.padEnd(50)}${figure.padStart(10)}  ${note}`);
  else collected.push({ what: `${heading}: ${name}`, written: figure, note });
}

/** Runs a task and returns the rows that it would have printed. Runs one task at a time. */
export async function collectRows(task: () => Promise<void>): Promise<Written[]> {
  const rows: Written[] = [];
  collected = rows;
  try {
    await task();
    return rows;
  } finally {
    collected = undefined;
  }
}

/** Runs a task and returns its result and its duration in milliseconds. */
export async function timed<Result>(
  task: () => Promise<Result>,
): Promise<readonly [ms: number, result: Result]> {
  const beganMs = performance.now();
  const result = await task();
  return [performance.now() - beganMs, result];
}
