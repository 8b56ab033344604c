import type { CgroupHierarchy, Controller } from "./cgroup_hierarchy.ts";

/** Resource limits of one group. */
export interface ResourceLimits {
  /**
   * Bytes, swap included. In v2, it includes buffers of TCP and UDP sockets; in v1, the kernel
   * counts these separately, and allows a quarter more for them.
   */
  readonly memoryBytes: number;
  /** Processes and threads. */
  readonly processes: number;
  /** CPU cores; may be a fraction. */
  readonly cpu: number;
  /** CPU weight relative to sibling groups, from 1 to 10,000; the kernel's default is 100. */
  readonly cpuWeight?: number;
  /** Disk I/O weight on the same scale; only where the I/O scheduler supports it. */
  readonly ioWeight?: number;
}

/** File of cgroup v1 that limits socket buffers; not every kernel has it. */
export const SOCKET_FILE = "memory.kmem.tcp.limit_in_bytes";

/** A value to write to a file of a group. */
export interface CgroupWrite {
  readonly controller: Controller;
  readonly file: string;
  readonly value: string;
  /** Ignore errors: not every kernel has the file, and the limit works without it. */
  readonly isOptional: boolean;
}

/** Period of CPU quotas in microseconds, the kernel's default. */
const CPU_PERIOD_US = 100_000;

/** Minimum CPU quota that the kernel accepts (sched-bwc). */
const MIN_QUOTA_US = 1_000;

/** Memory for sockets in v1, as a part of the group's limit and in addition to it. */
const SOCKET_PART = 1 / 4;

/** Maximum weight of the I/O scheduler bfq (block/bfq-iosched). */
const MAX_BFQ_WEIGHT = 1_000;

/**
 * Returns the writes that set limits; an infinite limit needs none. Sources: the kernel's
 * admin-guide/cgroup-v1 (memory, pids), scheduler/sched-bwc, and admin-guide/cgroup-v2.
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
      // The kernel kills all processes of the function, not only the largest.
      { ...write("memory", "memory.oom.group", 1), isOptional: true },
    ]
    : [
      write("memory", "memory.limit_in_bytes", memoryBytes),
      { ...write("memory", "memory.memsw.limit_in_bytes", memoryBytes), isOptional: true },
      // Counts UDP too, despite its name.
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
 * Returns the write that sets a group's CPU weight. V1 counts in shares: 1,024 by default, at least
 * 2 (sched-design-CFS).
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

/** The available file depends on the kernel and on the I/O scheduler: bfq has its own. */
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

/** Returns how many processes of a group the kernel killed because memory ran out. */
export function parseOomKills(text: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** Returns the file that counts these kills: `memory.events`, or `memory.oom_control` in v1. */
export function oomFile(version: CgroupHierarchy["version"]): string {
  return version === 2 ? "memory.events" : "memory.oom_control";
}
