import { monotonicMs, ownCpuMs } from "./sockets.ts";

/** Time that passed, and CPU time that was spent in it. */
export interface Spent {
  readonly seconds: number;
  /** CPU time of the measured processes. */
  readonly cpuSeconds: number;
  /** CPU time of this process. */
  readonly ownCpuSeconds: number;
}

/** Measures from when it is opened. */
export interface Meter {
  readonly read: () => Spent;
}

/** Ticks of a CPU-time counter in a second, `sysconf(_SC_CLK_TCK)` on Linux. */
const TICKS = 100;

/** Begins to measure processes, by their ids. */
export function openMeter(pids: readonly number[]): Meter {
  const beganMs = monotonicMs();
  const beganOwnMs = ownCpuMs();
  const beganCpu = cpuSecondsOf(pids);
  return {
    read: () => ({
      seconds: (monotonicMs() - beganMs) / 1e3,
      cpuSeconds: cpuSecondsOf(pids) - beganCpu,
      ownCpuSeconds: (ownCpuMs() - beganOwnMs) / 1e3,
    }),
  };
}

/** Returns the resident memory of some processes in KB. Source: proc_pid_status(5), VmRSS. */
export function residentKbOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return sum + Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]);
  }, 0);
}

/**
 * Returns user and system time of all threads of some processes, in seconds. Source: proc_pid_stat(5),
 * fields 14 and 15.
 */
function cpuSecondsOf(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS;
}
