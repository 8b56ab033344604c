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

/** Source: linux/auxvec.h. */
const AT_PAGESZ = 6n;
const DEFAULT_PAGE_BYTES = 4_096;

let pageBytes: number | undefined;

/** Returns the current resource use of a process; `undefined` if it has ended. */
export function readProcessFigures(pid: number): ProcessFigures | undefined {
  const stat = readProcFileSync(`/proc/${pid}/stat`);
  if (stat === "") return undefined;
  pageBytes ??= parsePageSize(Deno.readFileSync("/proc/self/auxv"));
  return parseProcessFigures(stat, pageBytes);
}

/**
 * Parses the resident memory and the CPU time from `/proc/PID/stat`; `undefined` for a zombie
 * process. The second field, the command in parentheses, can contain anything, so the other fields
 * begin after the last parenthesis. Source: proc_pid_stat(5); the resident memory is as exact as
 * VmRSS of proc_pid_status(5), whose text costs the kernel as much again.
 *
 * @example
 * ```ts
 * import { parseProcessFigures } from "./process_figures.ts";
 * parseProcessFigures(`1 (a) b) S ${"0 ".repeat(10)}3 2 ${"0 ".repeat(8)}5 0`, 4096);
 * // { memoryBytes: 20_480, cpuMs: 50 }
 * ```
 */
export function parseProcessFigures(stat: string, pageBytes: number): ProcessFigures | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 22);
  // Fields 14, 15 and 24 of the man page, which counts from 1; two are before the parenthesis.
  const [user, system, pages] = [Number(fields[11]), Number(fields[12]), Number(fields[21])];
  const isAlive = fields[0] !== "Z" && Number.isInteger(user + system + pages);
  return isAlive ? { memoryBytes: pages * pageBytes, cpuMs: (user + system) * TICK_MS } : undefined;
}

/**
 * Parses the size of a page from the auxiliary vector of a process of 64 bits, see getauxval(3);
 * 4,096 if it is missing.
 */
export function parsePageSize(vector: Uint8Array): number {
  const view = new DataView(vector.buffer, vector.byteOffset, vector.byteLength);
  for (let offset = 0; offset + 16 <= vector.byteLength; offset += 16) {
    if (view.getBigUint64(offset, true) === AT_PAGESZ) {
      return Number(view.getBigUint64(offset + 8, true));
    }
  }
  return DEFAULT_PAGE_BYTES;
}
