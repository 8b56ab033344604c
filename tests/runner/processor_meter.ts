// Measures the CPU time of all processes that a test file starts. A parent that waits for a child
// gets its time, but no process waits for most of them: sandboxes, and leftovers of a killed
// supervisor. So the meter reads the kernel's own account, if there is one.
import { join } from "node:path";

/** Counts the CPU time of a control group. Disposing of it removes the group. */
export interface ProcessorMeter extends AsyncDisposable {
  /** File that a process writes `0` to so that it counts, and all that it starts. */
  readonly joinFile: string;
  /** Seconds of all processors, so far. */
  readonly read: () => Promise<number>;
}

/** A group is busy until the kernel has put the last process in it to rest. */
const MAX_TRIES = 100;

/** Opens a meter; `undefined` where the host has no accounts of version 1, or this is not root. */
export async function openProcessorMeter(name: string): Promise<ProcessorMeter | undefined> {
  const base = findAccounts(await Deno.readTextFile("/proc/self/mountinfo"));
  if (base === undefined) return undefined;
  const group = join(base, name);
  try {
    await Deno.mkdir(group);
  } catch {
    return undefined;
  }
  return {
    joinFile: join(group, "cgroup.procs"),
    read: async () => Number(await Deno.readTextFile(join(group, "cpuacct.usage"))) / 1e9,
    async [Symbol.asyncDispose]() {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        try {
          return await Deno.remove(group);
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    },
  };
}

/**
 * Where accounts of processor time are mounted, see proc_pid_mountinfo(5).
 *
 * @example
 * ```ts
 * import { findAccounts } from "./processor_meter.ts";
 * findAccounts("1 2 0:3 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct");
 * // "/sys/fs/cgroup/cpuacct"
 * ```
 */
export function findAccounts(mountInfo: string): string | undefined {
  for (const line of mountInfo.split("\n")) {
    const [place = "", type = ""] = line.split(" - ");
    if (/^cgroup \S+ (?:\S+,)?cpuacct(?:,|$)/.test(type)) return place.split(" ")[4];
  }
  return undefined;
}
