import { readChildren } from "./children.ts";
import { readProcFile } from "./read_proc_file.ts";
import { sleep } from "./sleep.ts";

/** How long a process may take until it has stopped; one in the kernel's hands may be slow. */
const MAX_ROUNDS = 200;

/**
 * Ends a process of ours and the children that it has, which must not have been waited for yet.
 *
 * bwrap's child waits for its parent before it asks to die with it, and it waits for ever when the
 * parent is killed in between. So the parent is stopped, then it can't have further children, and
 * both are killed.
 */
export async function killWithChildren(pid: number): Promise<void> {
  if (!sendSignal(pid, "SIGSTOP")) return;
  for (let round = 0; round < MAX_ROUNDS && !await hasStopped(pid); round++) await sleep(1);
  for (const child of await readChildren(pid)) sendSignal(child, "SIGKILL");
  sendSignal(pid, "SIGKILL");
}

/** Sends a signal; `false` when there is no such process any more. */
export function sendSignal(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Stopped, ended or gone. Source: proc_pid_stat(5), field 3. */
async function hasStopped(pid: number): Promise<boolean> {
  const stat = await readProcFile(`/proc/${pid}/stat`);
  return stat === "" || /^[TtZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
}
