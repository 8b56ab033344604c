import type { Finding } from "./finding.ts";

/** Limits of a host and of the control groups that ddsrv runs in; `Infinity` for none. */
export interface CapacityLimits {
  readonly memoryBytes: number;
  /** `kernel.pid_max`: processes and threads of the host. */
  readonly pidMax: number;
  /** `kernel.threads-max`. */
  readonly threadsMax: number;
  /** `pids.max` of the control groups. */
  readonly groupPids: number;
  /** Hard limit of open files of one process. */
  readonly openFiles: number;
  /** `fs.inotify.max_user_watches`. */
  readonly watches: number;
  /** Limits of namespaces by name, such as `user.max_net_namespaces`. */
  readonly namespaces: Readonly<Record<string, number>>;
  /** `net.netfilter.nf_conntrack_max`. */
  readonly connections: number;
}

/** One resource: its limit, what the host and ddsrv need of it, and what each function needs. */
interface Resource {
  readonly name: string;
  readonly limit: number;
  readonly base: number;
  readonly each: number;
  /** Returns how to raise the limit to a value. */
  readonly raise: (value: number) => string;
}

const MIB = 1024 ** 2;

/**
 * Returns how many functions can run at once, or which limits are too small for `functions` of them.
 * What one function needs is measured with a hello world, see "Many functions on one host" in
 * docs/deployment.md. Parked sandboxes do not count: they give way. Neighbours (ARP) do not either,
 * because ddsrv adds permanent entries, which the kernel does not limit, nor do loop devices, which
 * it creates as needed.
 */
export function judgeCapacity(
  functions: number,
  limits: CapacityLimits,
): string | Omit<Finding, "layer"> {
  const resources = resourcesOf(limits).map((one) => ({ ...one, room: roomOf(one) }))
    .sort((a, b) => a.room - b.room);
  const short = resources.filter(({ room }) => room < functions);
  const [first] = resources;
  if (first === undefined || first.room === Infinity) return "no limit of functions is known";
  if (short.length === 0) {
    return `room for ${first.room} functions that run at once (${first.name})`;
  }
  const parts = short.map(({ name, room }) => `${room} by ${name}`);
  const raised = short.map(({ base, each, raise }) => raise(round(base + each * functions)));
  return {
    status: "limited",
    detail: `${functions} functions, but room for fewer that run at once: ${parts.join(", ")}`,
    remedy: `Let idle functions end ("idle"), or raise the limits: ${raised.join("; ")}`,
  };
}

function resourcesOf(limits: CapacityLimits): Resource[] {
  const threads = { base: 200, each: 9 };
  const sysctl = (key: string) => (value: number): string => `sysctl ${key}=${value}`;
  return [
    {
      ...{ name: "memory", limit: limits.memoryBytes, base: 256 * MIB, each: 11 * MIB },
      raise: (value) => `use a machine or a container with ${Math.ceil(value / 1024 ** 3)} GiB`,
    },
    { name: "kernel.pid_max", limit: limits.pidMax, ...threads, raise: sysctl("kernel.pid_max") },
    {
      ...{ name: "kernel.threads-max", limit: limits.threadsMax, ...threads },
      raise: sysctl("kernel.threads-max"),
    },
    {
      ...{ name: "pids.max", limit: limits.groupPids, ...threads },
      raise: (value) => `TasksMax=${value} in the unit, or --pids-limit ${value} of the container`,
    },
    {
      ...{ name: "open files", limit: limits.openFiles, base: 512, each: 5 },
      raise: (value) => `LimitNOFILE=${value} in the unit, or ulimit -Hn ${value}`,
    },
    {
      ...{ name: "fs.inotify.max_user_watches", limit: limits.watches, base: 64, each: 2 },
      raise: sysctl("fs.inotify.max_user_watches"),
    },
    ...Object.entries(limits.namespaces).map(([name, limit]) => (
      { name, limit, base: 32, each: 2, raise: sysctl(name) }
    )),
    {
      // Half of the table is for other programs.
      ...{ name: "net.netfilter.nf_conntrack_max", limit: limits.connections, base: 0, each: 64 },
      raise: sysctl("net.netfilter.nf_conntrack_max"),
    },
  ];
}

function roomOf({ limit, base, each }: Resource): number {
  return limit === Infinity ? Infinity : Math.max(0, Math.floor((limit - base) / each));
}

/** Rounds up to a number with two digits that are not 0. */
function round(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}
