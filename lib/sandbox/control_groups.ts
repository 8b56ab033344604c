import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { type CgroupHierarchy, findHierarchy } from "./cgroup_hierarchy.ts";
import { cpuTimeFile, parseCpuTime } from "./cgroup_cpu_time.ts";
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

/** A group, of one instance or around others. Disposing of it ends whatever is still in it. */
export interface Group extends AsyncDisposable {
  /** Gives it another share of a contended processor, see `ResourceLimits`. */
  readonly setCpuWeight: (weight: number) => Promise<void>;
}

/** The group of one instance. */
export interface ControlGroup extends Group {
  /** Files that a process of one thread writes `0` to, which is itself, in order to join. */
  readonly joinFiles: readonly string[];
  /** Number of times that the kernel has killed a process here because memory ran out. */
  readonly oomKills: () => Promise<number>;
  /**
   * Milliseconds of processor time that all processes here have used, ended ones included;
   * `undefined` where the kernel does not count them.
   */
  readonly cpuTimeMs: () => Promise<number | undefined>;
}

/** Makes a group; `name` is unique among those that are open in the same place. */
export type OpenGroup = (name: string, limits: ResourceLimits) => Promise<ControlGroup>;

/** A group around others, with limits over all of them together. No process joins it. */
export interface ParentGroup extends Group {
  readonly open: OpenGroup;
}

/** The groups of one supervisor. Disposing of it takes its own group away. */
export interface ControlGroups extends AsyncDisposable {
  readonly hierarchy: CgroupHierarchy;
  /** Groups that a predecessor had left, with what was in them. */
  readonly swept: number;
  readonly open: OpenGroup;
  /** Makes a group for others to be in. */
  readonly openParent: (name: string, limits: ResourceLimits) => Promise<ParentGroup>;
}

/**
 * A process that moves as a thread takes no lock that stops the whole host from forking, for which
 * the kernel waits some 10 ms. Version 2 moves whole processes only, and has no more than one file.
 */
const JOIN_FILES = { 1: "tasks", 2: "cgroup.procs" } as const;

/** Reads what this host has of control groups. */
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

/** Whether the kernel bounds the buffers of a group's TCP and UDP sockets. */
export async function boundsSockets({ version, bases }: CgroupHierarchy): Promise<boolean> {
  if (version === 2 || bases.memory === undefined) return version === 2;
  return await readOptionalTextFile(join(bases.memory, SOCKET_FILE)) !== undefined;
}

/**
 * Makes the group that all of a supervisor's groups are in, named for its owner, and takes away
 * what a predecessor of that owner left.
 */
export async function openControlGroups(
  ownerId: string,
  hierarchy: CgroupHierarchy,
  tree: GroupTree = kernelTree,
): Promise<ControlGroups> {
  const top: Place = { hierarchy, tree, below: `ddsrv-${ownerId}` };
  const roots = directories(top);
  const swept = await sweep(roots, tree);
  for (const root of roots) await Deno.mkdir(root, { recursive: true });
  if (hierarchy.version === 2) await delegate(hierarchy);
  await enableBelow(top);
  return {
    hierarchy,
    swept,
    open: (name, limits) => openLeaf(beneath(top, name), limits),
    openParent: (name, limits) => openParent(beneath(top, name), limits),
    async [Symbol.asyncDispose]() {
      for (const root of roots) await removeGroup(root, tree);
    },
  };
}

/** A group's place in each hierarchy. */
interface Place {
  readonly hierarchy: CgroupHierarchy;
  readonly tree: GroupTree;
  /** Its path below the bases. */
  readonly below: string;
}

function beneath(place: Place, name: string): Place {
  return { ...place, below: join(place.below, name) };
}

function directories({ hierarchy, below }: Place): string[] {
  return [...new Set(Object.values(hierarchy.bases))].map((base) => join(base, below));
}

async function openLeaf(place: Place, limits: ResourceLimits): Promise<ControlGroup> {
  const { hierarchy: { version, bases }, below } = place;
  const counter = cpuTimeFile(version);
  const group = await openGroup(place, planLimits(version, limits));
  return {
    ...group,
    joinFiles: directories(place).map((path) => join(path, JOIN_FILES[version])),
    oomKills: async () =>
      bases.memory === undefined
        ? 0
        : parseOomKills(await readOptional(join(bases.memory, below, oomFile(version)))),
    cpuTimeMs: async () => {
      const base = bases[counter.controller];
      if (base === undefined) return undefined;
      return parseCpuTime(version, await readOptional(join(base, below, counter.file)));
    },
  };
}

async function openParent(place: Place, limits: ResourceLimits): Promise<ParentGroup> {
  // Of those in it the kernel ends the hungriest alone, not all.
  const writes = planLimits(place.hierarchy.version, limits)
    .filter(({ file }) => file !== "memory.oom.group");
  await using stack = new AsyncDisposableStack();
  const group = stack.use(await openGroup(place, writes));
  await enableBelow(place);
  stack.move();
  return { ...group, open: (name, limits) => openLeaf(beneath(place, name), limits) };
}

async function openGroup(place: Place, writes: readonly CgroupWrite[]): Promise<Group> {
  await using stack = new AsyncDisposableStack();
  for (const path of directories(place)) {
    await place.tree.make(path);
    stack.defer(() => removeGroup(path, place.tree));
  }
  for (const one of writes) await write(place, one);
  const owned = stack.move();
  return {
    setCpuWeight: (weight) => write(place, planCpuWeight(place.hierarchy.version, weight)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Lets the groups at the top of version 2 have controllers. */
async function delegate(hierarchy: CgroupHierarchy): Promise<void> {
  const base = hierarchy.bases.memory!;
  try {
    await enableControllers(base, hierarchy);
  } catch (error) {
    if (!isBusy(error)) throw error;
    // In a container the top is no real root: processes may not be beside groups with controllers.
    const aside = join(base, "ddsrv-host");
    await Deno.mkdir(aside, { recursive: true });
    for (const pid of await readProcesses(base)) await move(pid, aside);
    await enableControllers(base, hierarchy);
  }
}

/**
 * Lets groups within a group be bounded. A kernel before 5.11 counts what is in them for the group
 * around them only where `memory.use_hierarchy` says so; later ones always do.
 */
async function enableBelow(place: Place): Promise<void> {
  const { hierarchy, below } = place;
  const { version, bases } = hierarchy;
  if (version === 2) return await enableControllers(join(bases.memory!, below), hierarchy);
  const hierarchical = { controller: "memory", file: "memory.use_hierarchy", value: "1" } as const;
  await write(place, { ...hierarchical, isOptional: true });
}

async function enableControllers(path: string, { bases }: CgroupHierarchy): Promise<void> {
  const names = Object.keys(bases).map((name) => `+${name}`).join(" ");
  await Deno.writeTextFile(join(path, "cgroup.subtree_control"), names);
}

async function move(pid: number, path: string): Promise<void> {
  try {
    await Deno.writeTextFile(join(path, "cgroup.procs"), String(pid));
  } catch (error) {
    // It has ended since.
    if (!isGone(error)) throw error;
  }
}

/** Takes away what is below the roots; gives how many groups there were. */
async function sweep(roots: readonly string[], tree: GroupTree): Promise<number> {
  const names = new Set<string>();
  for (const root of roots) {
    for (const name of await readGroups(root)) {
      names.add(name);
      await removeGroup(join(root, name), tree);
    }
  }
  return names.size;
}

async function write(
  { hierarchy, below }: Place,
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
