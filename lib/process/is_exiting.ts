import { readProcFileSync } from "../system/read_proc_file.ts";

/** Flag of a task that is exiting: `PF_EXITING` in the kernel's `include/linux/sched.h`. */
const EXITING = 0x4;

/**
 * Returns true if a process has ended or is exiting. From then on the kernel ends its locks, before
 * its parent hears of its end.
 */
export function isExiting(pid: number): boolean {
  // Other systems show nothing here; their ends are seen a little later.
  if (Deno.build.os !== "linux") return false;
  return parseExiting(readProcFileSync(`/proc/${pid}/stat`));
}

/**
 * Parses the text of `/proc/PID/stat`; empty if there is no such process. Source: proc_pid_stat(5).
 *
 * @example
 * ```ts
 * import { parseExiting } from "./is_exiting.ts";
 * parseExiting("7 (deno) S 1 7 7 0 -1 4194304 9"); // false
 * ```
 */
export function parseExiting(stat: string): boolean {
  if (stat === "") return true;
  // The command's name is in parentheses and may contain any character.
  const [state = "", , , , , , flags] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return "ZX".includes(state) || (Number(flags) & EXITING) !== 0;
}
