import type { CgroupHierarchy, Controller } from "./cgroup_hierarchy.ts";

/** What one group may use. */
export interface ResourceLimits {
  /** Bytes, swap included. */
  readonly memoryBytes: number;
  /** Processes and threads. */
  readonly processes: number;
  /** Cores; may be a fraction. */
  readonly cpu: number;
}

/** A value for a file of a group. */
export interface CgroupWrite {
  readonly controller: Controller;
  readonly file: string;
  readonly value: string;
  /** Not every kernel has the file, and the limit holds without it. */
  readonly isOptional: boolean;
}

/** Microseconds over which CPU time is counted, the kernel's own default. */
const CPU_PERIOD_US = 100_000;

/** The least that the kernel takes for a period (sched-bwc). */
const MIN_QUOTA_US = 1_000;

/**
 * The writes that set limits; one that is infinite is not written. Sources: the kernel's
 * admin-guide/cgroup-v1 (memory, pids) and scheduler/sched-bwc, and admin-guide/cgroup-v2.
 *
 * @example
 * ```ts
 * import { planLimits } from "./cgroup_limits.ts";
 * planLimits(2, { memoryBytes: Infinity, processes: 64, cpu: Infinity });
 * // [{ controller: "pids", file: "pids.max", value: "64", isOptional: false }]
 * ```
 */
export function planLimits(
  version: CgroupHierarchy["version"],
  limits: ResourceLimits,
): CgroupWrite[] {
  const { memoryBytes, processes, cpu } = limits;
  const quotaUs = Math.max(MIN_QUOTA_US, Math.round(cpu * CPU_PERIOD_US));
  const write = (controller: Controller, file: string, value: number | string): CgroupWrite => ({
    controller,
    file,
    value: String(value),
    isOptional: false,
  });
  const memory = version === 2
    ? [
      write("memory", "memory.max", memoryBytes),
      { ...write("memory", "memory.swap.max", 0), isOptional: true },
      // All of a function goes, not its largest process alone.
      { ...write("memory", "memory.oom.group", 1), isOptional: true },
    ]
    : [
      write("memory", "memory.limit_in_bytes", memoryBytes),
      { ...write("memory", "memory.memsw.limit_in_bytes", memoryBytes), isOptional: true },
    ];
  const processor = version === 2 ? [write("cpu", "cpu.max", `${quotaUs} ${CPU_PERIOD_US}`)] : [
    write("cpu", "cpu.cfs_period_us", CPU_PERIOD_US),
    write("cpu", "cpu.cfs_quota_us", quotaUs),
  ];
  return [
    ...(memoryBytes === Infinity ? [] : memory),
    ...(processes === Infinity ? [] : [write("pids", "pids.max", processes)]),
    ...(cpu === Infinity ? [] : processor),
  ];
}

/** How often the kernel has ended something in a group for want of memory. */
export function parseOomKills(text: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** The file of a group that tells of it: `memory.events`, or `memory.oom_control` of version 1. */
export function oomFile(version: CgroupHierarchy["version"]): string {
  return version === 2 ? "memory.events" : "memory.oom_control";
}
