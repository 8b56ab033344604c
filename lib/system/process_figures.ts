import { readProcFileSync } from "./read_proc_file.ts";

/** Resource use of a process. */
export interface ProcessFigures {
  /** Resident memory. */
  readonly memoryBytes: number;
  /** CPU time of all threads, in milliseconds. */
  readonly cpuMs: number;
}

/** Unit of times in `/proc`, on every architecture that Deno supports. */
export const TICK_MS = 10;

/** Returns the current resource use of a process; `undefined` if it has ended. */
export function readProcessFigures(pid: number): ProcessFigures | undefined {
  const memoryBytes = parseResidentMemory(readProcFileSync(`/proc/${pid}/status`));
  const cpuMs = parseProcessorTime(readProcFileSync(`/proc/${pid}/stat`));
  if (memoryBytes === undefined || cpuMs === undefined) return undefined;
  return { memoryBytes, cpuMs };
}

/**
 * Parses the resident memory in bytes from `/proc/PID/status`; `undefined` for a zombie process.
 * Source: proc_pid_status(5).
 */
export function parseResidentMemory(status: string): number | undefined {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/**
 * Parses the CPU time in milliseconds from `/proc/PID/stat`. The second field, the command in
 * parentheses, can contain anything, so the other fields begin after the last parenthesis. Source:
 * proc_pid_stat(5).
 *
 * @example
 * ```ts
 * import { parseProcessorTime } from "./process_figures.ts";
 * parseProcessorTime(`1 (a) b) S ${"0 ".repeat(10)}3 2`); // 50
 * ```
 */
export function parseProcessorTime(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).trim().split(" ");
  // Fields 14 and 15 of the man page, which counts from 1; two are before the parenthesis.
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return Number.isInteger(user + system) ? (user + system) * TICK_MS : undefined;
}
