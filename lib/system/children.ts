import { readProcFile } from "./read_proc_file.ts";

/**
 * Returns the pids of a process's children, oldest first; empty if it has none or has ended.
 * Source: proc_pid_task(5), `/proc/PID/task/TID/children`.
 */
export async function readChildren(pid: number): Promise<number[]> {
  const text = await readProcFile(`/proc/${pid}/task/${pid}/children`);
  return text.split(" ").filter((part) => part !== "").map(Number);
}
