import { readChildren } from "./children.ts";
import { readProcFile } from "./read_proc_file.ts";
import { sleep } from "./sleep.ts";

/** Maximum wait for SIGSTOP in milliseconds; a process in a system call may stop late. */
const MAX_ROUNDS = 200;

/**
 * Kills a child process that was not reaped yet, and its children.
 *
 * The child of bwrap waits for its parent before it sets its parent-death signal, and waits forever
 * if the parent is killed before. So this stops the parent first, which then can't fork, and kills
 * both.
 */
export async function killWithChildren(pid: number): Promise<void> {
  // Windows knows no such signal, and no bwrap.
  if (Deno.build.os === "windows") return void sendSignal(pid, "SIGKILL");
  if (!sendSignal(pid, "SIGSTOP")) return;
  for (let round = 0; round < MAX_ROUNDS && !await hasStopped(pid); round++) await sleep(1);
  for (const child of await readChildren(pid)) sendSignal(child, "SIGKILL");
  sendSignal(pid, "SIGKILL");
}

/** Sends a signal; returns false if the process no longer exists. */
export function sendSignal(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Returns true if the process is stopped or has ended. Source: proc_pid_stat(5), field 3. */
async function hasStopped(pid: number): Promise<boolean> {
  const stat = await readProcFile(`/proc/${pid}/stat`);
  return stat === "" || /^[TtZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
}
