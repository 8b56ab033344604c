import type { CgroupHierarchy } from "./cgroup_hierarchy.ts";

/**
 * Returns the files of a group that {@linkcode parseOwnMemory} needs, by version. The statistics of
 * v1 contain no kernel memory; files of their own count it.
 */
export function memoryFiles(version: CgroupHierarchy["version"]): readonly string[] {
  return version === 2
    ? ["memory.stat"]
    : ["memory.stat", "memory.kmem.usage_in_bytes", "memory.kmem.tcp.usage_in_bytes"];
}

/**
 * Parses these files and returns bytes that only the end of the group's processes frees: anonymous
 * memory, which includes changed pages of private mappings, files in memory, and kernel memory with
 * socket buffers. Pages of other files do not count: functions share them, the kernel can drop
 * them, and the group that reads a file first is charged for it. Caches of the kernel do not count
 * either, except in v1, which does not tell them apart. Returns `undefined` without statistics,
 * such as those of a removed group. Sources: the kernel's admin-guide/cgroup-v1/memory and
 * admin-guide/cgroup-v2 (`memory.stat`; `kernel` since Linux 5.18).
 *
 * @example
 * ```ts
 * import { parseOwnMemory } from "./cgroup_memory.ts";
 * parseOwnMemory(1, ["cache 4096\nrss 8192\nshmem 4096\n", "1024\n", "0\n"]); // 13312
 * ```
 */
export function parseOwnMemory(
  version: CgroupHierarchy["version"],
  texts: readonly string[],
): number | undefined {
  const [stat = "", ...counters] = texts;
  const sum = (...names: readonly string[]): number =>
    names.reduce((total, name) => total + (figureOf(stat, name) ?? 0), 0);
  if (figureOf(stat, version === 2 ? "anon" : "rss") === undefined) return undefined;
  if (version === 1) return counters.map(Number).reduce((a, b) => a + b, sum("rss", "shmem"));
  const kernel = figureOf(stat, "kernel") === undefined
    ? sum("kernel_stack", "pagetables", "percpu", "slab_unreclaimable")
    : sum("kernel") - sum("slab_reclaimable");
  return sum("anon", "shmem", "sock") + Math.max(0, kernel);
}

/** Returns the figure of the line that begins with a name; searching beats parsing all 40 lines. */
function figureOf(stat: string, name: string): number | undefined {
  const start = stat.startsWith(`${name} `) ? 0 : stat.indexOf(`\n${name} `) + 1;
  if (start === 0 && !stat.startsWith(`${name} `)) return undefined;
  return Number.parseInt(stat.slice(start + name.length + 1), 10);
}
