import type { CgroupHierarchy, Controller } from "./cgroup_hierarchy.ts";

/** What one group may use. */
export interface ResourceLimits {
  /**
   * Bytes, swap included. Buffers of TCP and UDP sockets are within it in version 2; in version 1 the
   * kernel counts them apart, and they may be a quarter of it more.
   */
  readonly memoryBytes: number;
  /** Processes and threads. */
  readonly processes: number;
  /** Cores; may be a fraction. */
  readonly cpu: number;
  /**
   * Share of a contended processor among the groups beside it, from 1 to 10,000; the kernel's own
   * default, 100, when left out.
   */
  readonly cpuWeight?: number;
  /** Share of a contended disk, on the same scale, where the disk's scheduler heeds it. */
  readonly ioWeight?: number;
}

/** The file of version 1 that bounds buffers of sockets; not every kernel has it. */
export const SOCKET_FILE = "memory.kmem.tcp.limit_in_bytes";

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

/** Part of a group's memory that version 1 lets its sockets have besides. */
const SOCKET_PART = 1 / 4;

/** The most that the scheduler bfq takes (block/bfq-iosched). */
const MAX_BFQ_WEIGHT = 1_000;

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
      // UDP is counted here too, whatever the name says.
      { ...write("memory", SOCKET_FILE, Math.ceil(memoryBytes * SOCKET_PART)), isOptional: true },
    ];
  const processor = version === 2 ? [write("cpu", "cpu.max", `${quotaUs} ${CPU_PERIOD_US}`)] : [
    write("cpu", "cpu.cfs_period_us", CPU_PERIOD_US),
    write("cpu", "cpu.cfs_quota_us", quotaUs),
  ];
  const { cpuWeight, ioWeight } = limits;
  return [
    ...(memoryBytes === Infinity ? [] : memory),
    ...(processes === Infinity ? [] : [write("pids", "pids.max", processes)]),
    ...(cpu === Infinity ? [] : processor),
    ...(cpuWeight === undefined ? [] : [planCpuWeight(version, cpuWeight)]),
    ...(ioWeight === undefined ? [] : planIoWeight(version, ioWeight)),
  ];
}

/**
 * The write that sets a group's share of a contended processor. Version 1 counts in shares, 1,024 by
 * default and 2 at least, which the kernel's sched-design-CFS describes.
 *
 * @example
 * ```ts
 * import { planCpuWeight } from "./cgroup_limits.ts";
 * planCpuWeight(1, 100).value; // "1024"
 * ```
 */
export function planCpuWeight(version: CgroupHierarchy["version"], weight: number): CgroupWrite {
  const common = { controller: "cpu", isOptional: false } as const;
  return version === 2
    ? { ...common, file: "cpu.weight", value: String(weight) }
    : { ...common, file: "cpu.shares", value: String(Math.max(2, Math.round(weight * 10.24))) };
}

/** Which file there is depends on the kernel and on the disk's scheduler: bfq has its own. */
function planIoWeight(version: CgroupHierarchy["version"], weight: number): CgroupWrite[] {
  const common = { controller: "io", isOptional: true } as const;
  const bfq = String(Math.min(weight, MAX_BFQ_WEIGHT));
  return version === 2
    ? [
      { ...common, file: "io.weight", value: String(weight) },
      { ...common, file: "io.bfq.weight", value: bfq },
    ]
    : [
      { ...common, file: "blkio.weight", value: String(Math.min(Math.max(weight, 10), 1_000)) },
      { ...common, file: "blkio.bfq.weight", value: bfq },
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
