import { join } from "node:path";
import type { IsolationLevel } from "../config/isolation_level.ts";
import { openHostRoom } from "../sandbox/host_room.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import type { Probe } from "./finding.ts";
import { type CapacityLimits, judgeCapacity } from "./host_capacity.ts";

/** Options of {@linkcode capacityProbe}. */
export interface CapacityOptions {
  readonly level: Exclude<IsolationLevel, "none">;
  /** Directory of the functions; unknown when left out. */
  readonly functionsDirectory?: string | undefined;
  readonly readLimits?: (level: IsolationLevel) => Promise<CapacityLimits>;
}

/** Namespaces of a sandbox; without root, it has a user namespace instead of a network of its own. */
const NAMESPACES = {
  full: ["net", "mnt", "pid", "ipc", "uts"],
  rootless: ["user", "net", "mnt", "pid", "ipc", "uts"],
} as const;

/** Compares the host's limits with the number of functions. */
export function capacityProbe(
  { level, functionsDirectory, readLimits = readCapacityLimits }: CapacityOptions,
): Probe {
  return {
    layer: "functions",
    async probe() {
      const count = functionsDirectory === undefined ? 0 : await countFolders(functionsDirectory);
      return judgeCapacity(count, await readLimits(level));
    },
    remedy: "",
  };
}

/** Reads the limits that apply to this process. Rootless functions use the host's connections. */
async function readCapacityLimits(level: IsolationLevel): Promise<CapacityLimits> {
  const names = level === "none" ? [] : NAMESPACES[level];
  const room = (await openHostRoom())();
  const [pidMax, threadsMax, watches, connections, ...namespaces] = await Promise.all([
    readSysctl("kernel/pid_max"),
    readSysctl("kernel/threads-max"),
    readSysctl("fs/inotify/max_user_watches"),
    level === "full" ? readSysctl("net/netfilter/nf_conntrack_max") : Infinity,
    ...names.map((name) => readSysctl(`user/max_${name}_namespaces`)),
  ]);
  const { limit } = room.processes;
  return {
    memoryBytes: room.memory.limit,
    pidMax,
    threadsMax,
    groupPids: limit < Math.min(pidMax, threadsMax) ? limit : Infinity,
    openFiles: room.openFiles.limit,
    watches,
    connections,
    namespaces: Object.fromEntries(
      names.map((name, index) => [`user.max_${name}_namespaces`, namespaces[index]!]),
    ),
  };
}

async function readSysctl(path: string): Promise<number> {
  const text = await readOptionalTextFile(join("/proc/sys", path)).catch(() => undefined);
  return text === undefined ? Infinity : Number.parseInt(text, 10);
}

/** Counts the folders that may be functions; none if the directory can't be read. */
async function countFolders(directory: string): Promise<number> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(directory));
    return entries.filter(({ name, isFile }) => !isFile && !/^[._]/.test(name)).length;
  } catch {
    return 0;
  }
}
