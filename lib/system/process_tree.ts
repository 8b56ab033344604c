import { readChildren } from "./children.ts";
import { TICK_MS } from "./process_figures.ts";
import { readProcFile } from "./read_proc_file.ts";

/** Maximum number of processes to read; more than a check or an instance can have. */
const MAX_PROCESSES = 1_024;

/** CPU use of a process and its descendants. */
export interface TreeFigures {
  /** CPU time in milliseconds, including children that have ended. */
  readonly cpuMs: number;
  /** A thread runs or waits for a CPU; if false, all threads wait for something else. */
  readonly isRunnable: boolean;
}

/**
 * Returns the CPU use of a process and its descendants; `undefined` if it has ended or there is no
 * `/proc`. A child that ends during the read counts with its parent next time.
 */
export async function readTreeFigures(pid: number): Promise<TreeFigures | undefined> {
  let cpuMs: number | undefined;
  let isRunnable = false;
  const pids = [pid];
  for (let index = 0; index < pids.length && index < MAX_PROCESSES; index++) {
    const one = pids[index]!;
    const stat = parseStat(await readProcFile(`/proc/${one}/stat`));
    if (stat === undefined) continue;
    cpuMs = (cpuMs ?? 0) + stat.cpuMs;
    isRunnable ||= await hasRunnableThread(one);
    pids.push(...await readChildren(one));
  }
  return cpuMs === undefined ? undefined : { cpuMs, isRunnable };
}

async function hasRunnableThread(pid: number): Promise<boolean> {
  const directory = `/proc/${pid}/task`;
  try {
    for await (const { name } of Deno.readDir(directory)) {
      if (parseStat(await readProcFile(`${directory}/${name}/stat`))?.isRunnable) return true;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return false;
}

/**
 * Parses the state and the CPU time, including reaped children, from `/proc/PID/stat`. Source:
 * proc_pid_stat(5), fields 3 and 14 to 17. State `D` counts as runnable, because the process waits
 * for a disk and not for a peer.
 *
 * @example
 * ```ts
 * import { parseStat } from "./process_tree.ts";
 * parseStat(`1 (a) b) R ${"0 ".repeat(10)}3 2 1 0`); // { cpuMs: 60, isRunnable: true }
 * ```
 */
export function parseStat(stat: string): TreeFigures | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).trim().split(" ");
  const ticks = fields.slice(11, 15).map(Number).reduce((sum, one) => sum + one, 0);
  if (fields.length < 15 || !Number.isInteger(ticks)) return undefined;
  return { cpuMs: ticks * TICK_MS, isRunnable: ["R", "D"].includes(fields[0]!) };
}
