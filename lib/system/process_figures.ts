import { readProcFile } from "./read_proc_file.ts";

/** What a process uses. */
export interface ProcessFigures {
  /** Resident memory. */
  readonly memoryBytes: number;
  /** Time that its threads have had a processor, in milliseconds. */
  readonly cpuMs: number;
}

/** The unit of times in `/proc`, on every architecture that Deno runs on. */
const TICK_MS = 10;

/** What a process uses at present; `undefined` when it is gone. */
export async function readProcessFigures(pid: number): Promise<ProcessFigures | undefined> {
  const [status, stat] = await Promise.all([
    readProcFile(`/proc/${pid}/status`),
    readProcFile(`/proc/${pid}/stat`),
  ]);
  const memoryBytes = parseResidentMemory(status);
  const cpuMs = parseProcessorTime(stat);
  if (memoryBytes === undefined || cpuMs === undefined) return undefined;
  return { memoryBytes, cpuMs };
}

/**
 * Resident memory in bytes, from the text of `/proc/PID/status`. A process that has ended and was
 * not waited for has none. Source: proc_pid_status(5).
 */
export function parseResidentMemory(status: string): number | undefined {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/**
 * Processor time in milliseconds, from the text of `/proc/PID/stat`. Its second field, the command
 * in brackets, may hold anything: the others begin behind its last bracket. Source:
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
  // Fields 14 and 15 of the page, which counts from 1 and has two up to the bracket's end.
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return Number.isInteger(user + system) ? (user + system) * TICK_MS : undefined;
}
