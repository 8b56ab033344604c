/** CPU time in a period, in cores. */
export interface MachineLoad {
  /** Time that programs other than the benchmark used. */
  readonly others: number;
  /** Time that the host gave to other virtual machines. */
  readonly stolen: number;
}

/** A reading of counters of CPU time, in ticks. */
export interface Reading {
  /** Text of `/proc/stat`. */
  readonly machine: string;
  /** Text of `/proc/PID/stat` of each process. */
  readonly processes: readonly string[];
}

/** Returns a reading of all processes of the machine. */
export function readCounters(): Reading {
  const processes: string[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      processes.push(Deno.readTextFileSync(`/proc/${name}/stat`));
    } catch {
      // It has ended.
    }
  }
  return { machine: Deno.readTextFileSync("/proc/stat"), processes };
}

/**
 * Returns the load of the machine between two readings, without that of a process, its descendants
 * and those that it has waited for. Sources: proc_stat(5), proc_pid_stat(5).
 */
export function loadBetween(
  [before, after]: readonly [Reading, Reading],
  { pid, seconds }: { readonly pid: number; readonly seconds: number },
): MachineLoad {
  const [first, second] = [cpuFields(before.machine), cpuFields(after.machine)];
  const difference = (index: number): number => second[index]! - first[index]!;
  // user, nice, system, irq, softirq
  const busy = [0, 1, 2, 5, 6].reduce((sum, index) => sum + difference(index), 0);
  const own = treeTicks(after.processes, pid) - treeTicks(before.processes, pid);
  const toCores = (ticks: number): number => Math.max(0, ticks) / TICKS / seconds;
  return { others: toCores(busy - own), stolen: toCores(difference(7)) };
}

/** Ticks of a CPU-time counter in a second, `sysconf(_SC_CLK_TCK)` on Linux. */
const TICKS = 100;

function cpuFields(stat: string): number[] {
  return stat.slice(0, stat.indexOf("\n")).split(/ +/).slice(1).map(Number);
}

/** Sums the CPU time of a process and its descendants, with that of children that have ended. */
function treeTicks(processes: readonly string[], root: number): number {
  const children = new Map<number, number[]>();
  const ticks = new Map<number, number>();
  for (const stat of processes) {
    const pid = Number.parseInt(stat);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
    const parent = fields[1]!;
    ticks.set(pid, fields[11]! + fields[12]! + fields[13]! + fields[14]!);
    children.set(parent, [...children.get(parent) ?? [], pid]);
  }
  const sum = (pid: number): number =>
    (children.get(pid) ?? []).reduce((total, child) => total + sum(child), ticks.get(pid) ?? 0);
  return sum(root);
}
