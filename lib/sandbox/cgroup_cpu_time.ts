import type { CgroupHierarchy, Controller } from "./cgroup_hierarchy.ts";

/**
 * The file of a group that counts the processor time of all that was ever in it. Sources: the
 * kernel's admin-guide/cgroup-v1/cpuacct, and admin-guide/cgroup-v2 (`cpu.stat`).
 */
export function cpuTimeFile(
  version: CgroupHierarchy["version"],
): { readonly controller: Controller; readonly file: string } {
  return version === 2
    ? { controller: "cpu", file: "cpu.stat" }
    : { controller: "cpuacct", file: "cpuacct.usage" };
}

/**
 * Milliseconds from the text of that file: nanoseconds alone in version 1, microseconds among other
 * figures in version 2. `undefined` when the text is neither, as that of a group that is gone.
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
