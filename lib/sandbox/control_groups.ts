import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { readProcFileSync } from "../system/read_proc_file.ts";
import { type CgroupHierarchy, findHierarchy } from "./cgroup_hierarchy.ts";
import { cpuTimeFile, parseCpuTime } from "./cgroup_cpu_time.ts";
import { memoryFiles, parseOwnMemory } from "./cgroup_memory.ts";
import {
  type CgroupWrite,
  oomFile,
  parseOomKills,
  planCpuWeight,
  planLimits,
  type ResourceLimits,
  SOCKET_FILE,
} from "./cgroup_limits.ts";
import {
  type GroupTree,
  isBusy,
  isGone,
  kernelTree,
  readGroups,
  readProcesses,
  removeGroup,
} from "./group_tree.ts";

/** A control group. Disposing of it kills the processes that are still in it and removes it. */
export interface Group extends AsyncDisposable {
  /** Sets the CPU weight, see `ResourceLimits`. */
  readonly setCpuWeight: (weight: number) => Promise<void>;
}

/** The group of one instance. */
export interface ControlGroup extends Group {
  /** Files to which a single-threaded process writes `0` to join the group. */
  readonly joinFiles: readonly string[];
  /** Returns how often the kernel killed a process of the group because memory ran out. */
  readonly oomKills: () => Promise<number>;
  /**
   * Returns the CPU time of all processes of the group in milliseconds, ended ones included;
   * `undefined` where the kernel does not count it.
   */
  readonly cpuTimeMs: () => Promise<number | undefined>;
  /**
   * Returns the memory of the group's processes in bytes, without pages of files, see
   * {@linkcode parseOwnMemory}; `undefined` where the kernel does not count it.
   */
  readonly ownMemoryBytes: () => number | undefined;
}

/** Creates a group; `name` is unique among the open groups with the same parent. */
export type OpenGroup = (name: string, limits: ResourceLimits) => Promise<ControlGroup>;

/** A group of groups, with limits for all of them together. No process joins it. */
export interface ParentGroup extends Group {
  readonly open: OpenGroup;
}

/** The groups of one supervisor. Disposing of it removes the supervisor's own group. */
export interface ControlGroups extends AsyncDisposable {
  readonly open: OpenGroup;
  readonly openParent: (name: string, limits: ResourceLimits) => Promise<ParentGroup>;
}

/**
 * File by which a process joins a group, by version. In v1, moving a thread avoids a lock that
 * stops every fork of the host for some 10 ms. V2 moves only whole processes.
 */
const JOIN_FILES = { 1: "tasks", 2: "cgroup.procs" } as const;

/** Reads which control groups this host offers. */
export async function readHierarchy(): Promise<CgroupHierarchy> {
  const [mountInfo, ownGroups] = await Promise.all([
    Deno.readTextFile("/proc/self/mountinfo"),
    Deno.readTextFile("/proc/self/cgroup"),
  ]);
  const [, path] = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(mountInfo) ?? [];
  const unifiedControllers = path === undefined
    ? ""
    : await readOptional(join(path, "cgroup.controllers"));
  return findHierarchy({ mountInfo, ownGroups, unifiedControllers });
}

/** Returns true if the kernel limits the buffers of a group's TCP and UDP sockets. */
export async function boundsSockets({ version, bases }: CgroupHierarchy): Promise<boolean> {
  if (version === 2 || bases.memory === undefined) return version === 2;
  return await readOptionalTextFile(join(bases.memory, SOCKET_FILE)) !== undefined;
}

/**
 * Creates the parent of all groups of a supervisor, named for its owner, and removes the groups of
 * a killed predecessor with their processes.
 */
export async function openControlGroups(
  ownerId: string,
  hierarchy: CgroupHierarchy,
  tree: GroupTree = kernelTree,
): Promise<ControlGroups> {
  const top: Location = { hierarchy, tree, below: `ddsrv-${ownerId}` };
  const roots = directories(top);
  for (const root of roots) {
    for (const name of await readGroups(root)) await removeGroup(join(root, name), tree);
  }
  for (const root of roots) await Deno.mkdir(root, { recursive: true });
  if (hierarchy.version === 2) await delegate(hierarchy);
  await enableBelow(top);
  return {
    open: (name, limits) => openLeaf(childOf(top, name), limits),
    openParent: (name, limits) => openParent(childOf(top, name), limits),
    async [Symbol.asyncDispose]() {
      for (const root of roots) await removeGroup(root, tree);
    },
  };
}

/** Location of a group in each hierarchy. */
interface Location {
  readonly hierarchy: CgroupHierarchy;
  readonly tree: GroupTree;
  /** Path relative to the bases. */
  readonly below: string;
}

function childOf(location: Location, name: string): Location {
  return { ...location, below: join(location.below, name) };
}

function directories({ hierarchy, below }: Location): string[] {
  return [...new Set(Object.values(hierarchy.bases))].map((base) => join(base, below));
}

async function openLeaf(location: Location, limits: ResourceLimits): Promise<ControlGroup> {
  const { hierarchy: { version, bases }, below } = location;
  const counter = cpuTimeFile(version);
  const group = await openGroup(location, planLimits(version, limits));
  return {
    ...group,
    joinFiles: directories(location).map((path) => join(path, JOIN_FILES[version])),
    oomKills: async () =>
      bases.memory === undefined
        ? 0
        : parseOomKills(await readOptional(join(bases.memory, below, oomFile(version)))),
    cpuTimeMs: async () => {
      const base = bases[counter.controller];
      if (base === undefined) return undefined;
      return parseCpuTime(version, await readOptional(join(base, below, counter.file)));
    },
    ownMemoryBytes: () => {
      if (bases.memory === undefined) return undefined;
      const directory = join(bases.memory, below);
      const texts = memoryFiles(version).map((file) => readProcFileSync(`${directory}/${file}`));
      return parseOwnMemory(version, texts);
    },
  };
}

async function openParent(location: Location, limits: ResourceLimits): Promise<ParentGroup> {
  // The kernel should kill only the largest process, not all children.
  const writes = planLimits(location.hierarchy.version, limits)
    .filter(({ file }) => file !== "memory.oom.group");
  await using stack = new AsyncDisposableStack();
  const group = stack.use(await openGroup(location, writes));
  await enableBelow(location);
  stack.move();
  return { ...group, open: (name, limits) => openLeaf(childOf(location, name), limits) };
}

async function openGroup(location: Location, writes: readonly CgroupWrite[]): Promise<Group> {
  await using stack = new AsyncDisposableStack();
  for (const path of directories(location)) {
    await location.tree.make(path);
    stack.defer(() => removeGroup(path, location.tree));
  }
  for (const one of writes) await write(location, one);
  const owned = stack.move();
  return {
    setCpuWeight: (weight) => write(location, planCpuWeight(location.hierarchy.version, weight)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Enables controllers for groups at the top of v2. */
async function delegate(hierarchy: CgroupHierarchy): Promise<void> {
  const base = hierarchy.bases.memory!;
  try {
    await enableControllers(base, hierarchy);
  } catch (error) {
    if (!isBusy(error)) throw error;
    // In a container, the top is not the real root: it must not contain processes.
    const hostGroup = join(base, "ddsrv-host");
    await Deno.mkdir(hostGroup, { recursive: true });
    for (const pid of await readProcesses(base)) await move(pid, hostGroup);
    await enableControllers(base, hierarchy);
  }
}

/** Enables limits for child groups. Before Linux 5.11, v1 needs `memory.use_hierarchy` for it. */
async function enableBelow(location: Location): Promise<void> {
  const { hierarchy, below } = location;
  const { version, bases } = hierarchy;
  if (version === 2) return await enableControllers(join(bases.memory!, below), hierarchy);
  const hierarchical = { controller: "memory", file: "memory.use_hierarchy", value: "1" } as const;
  await write(location, { ...hierarchical, isOptional: true });
}

async function enableControllers(path: string, { bases }: CgroupHierarchy): Promise<void> {
  const names = Object.keys(bases).map((name) => `+${name}`).join(" ");
  await Deno.writeTextFile(join(path, "cgroup.subtree_control"), names);
}

async function move(pid: number, path: string): Promise<void> {
  try {
    await Deno.writeTextFile(join(path, "cgroup.procs"), String(pid));
  } catch (error) {
    // The process has ended.
    if (!isGone(error)) throw error;
  }
}

async function write(
  { hierarchy, below }: Location,
  { controller, file, value, isOptional }: CgroupWrite,
): Promise<void> {
  const base = hierarchy.bases[controller];
  if (base === undefined) return;
  const path = join(base, below, file);
  try {
    await Deno.writeTextFile(path, value, { create: false });
  } catch (error) {
    if (isOptional) return;
    throw new Error(`Cannot set the limit "${path}" to ${value}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function readOptional(path: string): Promise<string> {
  return await readOptionalTextFile(path) ?? "";
}
