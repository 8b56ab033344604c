import { readProcFile } from "./read_proc_file.ts";

/**
 * The process ids of a process's children, in the order of their birth; empty when it has none or
 * is gone. Source: proc_pid_task(5), `/proc/PID/task/TID/children`.
 */
export async function readChildren(pid: number): Promise<number[]> {
  const text = await readProcFile(`/proc/${pid}/task/${pid}/children`);
  return text.split(" ").filter((part) => part !== "").map(Number);
}
