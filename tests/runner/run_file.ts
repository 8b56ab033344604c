import type { ProcessorMeter } from "./processor_meter.ts";

/** Result of a test file. */
export interface FileResult {
  readonly file: string;
  readonly isPassed: boolean;
  /** Standard output and standard error. */
  readonly output: string;
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
  readonly seconds: number;
  /** CPU time of all processes; without a meter, only of processes that a parent has waited for. */
  readonly processorSeconds: number;
}

/** Joins the meter's control group, runs the command, and prints the CPU time of its children. */
const SCRIPT = 'if [ -n "$0" ]; then echo 0 >"$0"; fi; "$@" 2>&1; code=$?; times; exit "$code"';

const SUMMARY =
  /\| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/g;

/** Runs a file's tests in a separate process. */
export async function runFile(
  file: string,
  meter: ProcessorMeter | undefined,
): Promise<FileResult> {
  const started = performance.now();
  const before = await meter?.read() ?? 0;
  const { success, stdout } = await new Deno.Command("sh", {
    args: ["-c", SCRIPT, meter?.joinFile ?? "", Deno.execPath()]
      // The types of all files have been checked already.
      .concat("test", "--no-check", "--allow-all", "--quiet", file),
    stdin: "null",
  }).output();
  const seconds = (performance.now() - started) / 1000;
  const { output, waitedFor } = splitTimes(new TextDecoder().decode(stdout));
  return {
    file,
    output,
    seconds,
    processorSeconds: meter === undefined ? waitedFor : await meter.read() - before,
    ...readSummary(output, success),
  };
}

/**
 * Splits off the output of the shell's `times`: its own CPU time and that of its children.
 *
 * @example
 * ```ts
 * import { splitTimes } from "./run_file.ts";
 * splitTimes("said\n0m0.01s 0m0.00s\n1m1.50s 0m0.25s\n"); // { output: "said\n", waitedFor: 61.75 }
 * ```
 */
export function splitTimes(text: string): { readonly output: string; readonly waitedFor: number } {
  const [, output = text, ...parts] =
    /^([^]*?)\d+m[\d.]+s \d+m[\d.]+s\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s\n$/.exec(text) ?? [];
  const [userMinutes = 0, user = 0, systemMinutes = 0, system = 0] = parts.map(Number);
  return { output, waitedFor: (userMinutes + systemMinutes) * 60 + user + system };
}

/**
 * Reads the last line of `deno test`. A file without that line has at least one failure.
 *
 * @example
 * ```ts
 * import { readSummary } from "./run_file.ts";
 * readSummary("ok | 3 passed (2 steps) | 0 failed | 1 ignored (2s)\n", true);
 * // { isPassed: true, passed: 3, failed: 0, ignored: 1 }
 * ```
 */
export function readSummary(
  output: string,
  success: boolean,
): Pick<FileResult, "isPassed" | "passed" | "failed" | "ignored"> {
  // deno-lint-ignore no-control-regex
  const plain = output.replace(/\x1b\[[0-9;]*m/g, "");
  const summary = [...plain.matchAll(SUMMARY)].at(-1);
  const [, passed = 0, failed = 0, ignored = 0] = (summary ?? []).map((one) => Number(one ?? 0));
  return {
    isPassed: success && summary !== undefined,
    passed,
    failed: success ? failed : Math.max(failed, 1),
    ignored,
  };
}
