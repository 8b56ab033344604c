import { join } from "node:path";
import { sendSignal } from "../system/kill_with_children.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { sleep } from "../system/sleep.ts";
import {
  type CgroupHierarchy,
  type Controller,
  CONTROLLERS,
  findHierarchy,
} from "./cgroup_hierarchy.ts";
import { oomFile, parseOomKills, planLimits, type ResourceLimits } from "./cgroup_limits.ts";

/** The group of one instance. Disposing of it ends whatever is still in it. */
export interface ControlGroup extends AsyncDisposable {
  /** Files that a process of one thread writes `0` to, which is itself, in order to join. */
  readonly joinFiles: readonly string[];
  /** How often the kernel has ended something here for want of memory. */
  readonly oomKills: () => Promise<number>;
}

/** The groups of one supervisor. Disposing of it takes its own group away. */
export interface ControlGroups extends AsyncDisposable {
  readonly hierarchy: CgroupHierarchy;
  /** Groups that a predecessor had left, with what was in them. */
  readonly swept: number;
  /** Makes a group; `name` is unique among those that are open. */
  readonly open: (name: string, limits: ResourceLimits) => Promise<ControlGroup>;
}

/**
 * A process that moves as a thread takes no lock that stops the whole host from forking, for which
 * the kernel waits some 10 ms. Version 2 moves whole processes only, and has no more than one file.
 */
const JOIN_FILES = { 1: "tasks", 2: "cgroup.procs" } as const;

/** How groups are made and taken away: the kernel makes and takes their files with them. */
export interface GroupTree {
  readonly make: (path: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
}

const kernelTree: GroupTree = {
  make: (path) => Deno.mkdir(path),
  remove: (path) => Deno.remove(path),
};

/** How often, and how long apart, a group is emptied before it is given up. */
const MAX_ROUNDS = 200;
const ROUND_MS = 5;

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

/**
 * Makes the group that all of a supervisor's groups are in, named for its owner, and takes away what
 * a predecessor of that owner left.
 */
export async function openControlGroups(
  ownerId: string,
  hierarchy: CgroupHierarchy,
  tree: GroupTree = kernelTree,
): Promise<ControlGroups> {
  const roots = [...new Set(Object.values(hierarchy.bases))]
    .map((base) => join(base, `ddsrv-${ownerId}`));
  const swept = await sweep(roots, tree);
  for (const root of roots) await Deno.mkdir(root, { recursive: true });
  if (hierarchy.version === 2) {
    await delegate(hierarchy.bases.memory!);
    await enableControllers(roots[0]!);
  }
  const rootOf = (controller: Controller): string | undefined => {
    const base = hierarchy.bases[controller];
    return base === undefined ? undefined : join(base, `ddsrv-${ownerId}`);
  };

  return {
    hierarchy,
    swept,
    async open(name, limits) {
      await using stack = new AsyncDisposableStack();
      const paths = roots.map((root) => join(root, name));
      for (const path of paths) {
        await tree.make(path);
        stack.defer(() => removeGroup(path, tree));
      }
      for (const { controller, file, value, isOptional } of planLimits(hierarchy.version, limits)) {
        const root = rootOf(controller);
        if (root === undefined) continue;
        await write(join(root, name, file), value, isOptional);
      }
      const memory = rootOf("memory");
      const owned = stack.move();
      return {
        joinFiles: paths.map((path) => join(path, JOIN_FILES[hierarchy.version])),
        oomKills: async () =>
          memory === undefined
            ? 0
            : parseOomKills(await readOptional(join(memory, name, oomFile(hierarchy.version)))),
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      };
    },
    async [Symbol.asyncDispose]() {
      for (const root of roots) await removeGroup(root, tree);
    },
  };
}

/** Lets the groups below `base` have controllers. */
async function delegate(base: string): Promise<void> {
  try {
    await enableControllers(base);
  } catch (error) {
    if (!isBusy(error)) throw error;
    // In a container the top is no real root: processes may not be beside groups with controllers.
    const aside = join(base, "ddsrv-host");
    await Deno.mkdir(aside, { recursive: true });
    for (const pid of await readProcesses(base)) await move(pid, aside);
    await enableControllers(base);
  }
}

async function enableControllers(path: string): Promise<void> {
  const names = CONTROLLERS.map((name) => `+${name}`).join(" ");
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

/** Ends all processes of a group, and takes the group away. */
async function removeGroup(path: string, tree: GroupTree): Promise<void> {
  for (let round = 0;; round++) {
    try {
      await tree.remove(path);
      return;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      if (!isBusy(error) || round === MAX_ROUNDS) throw error;
    }
    await killAll(path);
    await sleep(ROUND_MS);
  }
}

/** `cgroup.kill` ends a whole tree at once; without it (version 1), one after the other. */
async function killAll(path: string): Promise<void> {
  try {
    await Deno.writeTextFile(join(path, "cgroup.kill"), "1", { create: false });
    return;
  } catch {
    // Not of version 2, or of a kernel before 5.14.
  }
  for (const pid of await readProcesses(path)) {
    sendSignal(pid, "SIGKILL");
  }
}

async function readProcesses(path: string): Promise<number[]> {
  const text = await readOptional(join(path, "cgroup.procs")).catch((error) => {
    // A predecessor's reaper takes groups away at the same time.
    if (isGone(error)) return "";
    throw error;
  });
  // Processes of another process namespace show as 0.
  return text.split("\n").map(Number).filter((pid) => pid > 0);
}

async function readGroups(root: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(root));
    return entries.filter((entry) => entry.isDirectory).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function write(path: string, value: string, isOptional: boolean): Promise<void> {
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

function isBusy(error: unknown): boolean {
  return error instanceof Error && (error as { code?: string }).code === "EBUSY";
}

/** A file that is not there, a process that has ended, or a group that was taken away. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Error && ["ESRCH", "ENODEV"].includes((error as { code?: string }).code ?? "");
}
