import type { CgroupHierarchy, Controller } from "./cgroup_hierarchy.ts";

/**
 * Returns the file of a group that counts the CPU time of all its processes, ended ones included.
 * Sources: the kernel's admin-guide/cgroup-v1/cpuacct, and admin-guide/cgroup-v2 (`cpu.stat`).
 */
export function cpuTimeFile(
  version: CgroupHierarchy["version"],
): { readonly controller: Controller; readonly file: string } {
  return version === 2
    ? { controller: "cpu", file: "cpu.stat" }
    : { controller: "cpuacct", file: "cpuacct.usage" };
}

/**
 * Parses that file and returns milliseconds. The file has only nanoseconds in v1, and microseconds
 * among other values in v2. Returns `undefined` for any other text, such as that of a removed
 * group.
 *
 * @example
 * ```ts
 * import { parseCpuTime } from "./cgroup_cpu_time.ts";
 * parseCpuTime(2, "usage_usec 1500000\nuser_usec 1000000\n"); // 1500
 * ```
 */
export function parseCpuTime(
  version: CgroupHierarchy["version"],
  text: string,
): number | undefined {
  const figure = (version === 2 ? /^usage_usec (\d+)$/m : /^(\d+)\s*$/).exec(text)?.[1];
  return figure === undefined ? undefined : Number(figure) / (version === 2 ? 1e3 : 1e6);
}
