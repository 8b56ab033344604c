import type { FileResult } from "./run_file.ts";

/** Cost of a whole run. */
interface Run {
  readonly seconds: number;
  /** True if the CPU time includes processes that no parent has waited for. */
  readonly hasMeters: boolean;
}

/**
 * Returns one line for a file that passed and one for each ignored test, or a failed file's output.
 */
export function formatResult(result: FileResult): string {
  const { file, isPassed, output, passed, seconds } = result;
  if (!isPassed) return `${output.trimEnd()}\nFAILED ${file}\n`;
  const ignored = output.split("\n").filter((line) => / \.\.\. .*ignored/.test(line));
  return [`ok ${file}: ${passed} passed in ${seconds.toFixed(1)} s`, ...ignored].join("\n");
}

/** Returns a table of all files with their times, most expensive first. */
export function formatTimes(results: readonly FileResult[]): string {
  const lines = results
    .toSorted((a, b) => b.processorSeconds - a.processorSeconds)
    .map(({ processorSeconds, seconds, file }) =>
      `${processorSeconds.toFixed(1).padStart(11)}${seconds.toFixed(1).padStart(10)}  ${file}`
    );
  return ["Processor s  Clock s  File", ...lines].join("\n");
}

/**
 * Returns the last line of a run.
 *
 * @example
 * ```ts
 * import { formatTotal } from "./report.ts";
 * formatTotal([], { seconds: 90, hasMeters: true });
 * // "0 passed, 0 failed, 0 ignored in 0 files: 1.5 min, 0.0 min of processors"
 * ```
 */
export function formatTotal(results: readonly FileResult[], { seconds, hasMeters }: Run): string {
  const sum = (key: "passed" | "failed" | "ignored" | "processorSeconds"): number =>
    results.reduce((total, result) => total + result[key], 0);
  const minutes = (value: number): string => `${(value / 60).toFixed(1)} min`;
  const counts = `${sum("passed")} passed, ${sum("failed")} failed, ${sum("ignored")} ignored`;
  const less = hasMeters ? "" : " at least (there are no accounts of version 1 of control groups)";
  return `${counts} in ${results.length} files: ${minutes(seconds)}, ` +
    `${minutes(sum("processorSeconds"))} of processors${less}`;
}
