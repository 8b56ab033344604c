import { join, posix } from "node:path";
import { unescapeMountPath } from "../system/mount_path.ts";

/** The controllers that limits need. */
export const CONTROLLERS = ["memory", "pids", "cpu"] as const;

/**
 * A controller that limits need, or one that not every kernel has: `io`, which version 1 calls blkio,
 * and version 1's `cpuacct`, which counts processor time. In version 2 every group counts that.
 */
export type Controller = typeof CONTROLLERS[number] | "io" | "cpuacct";

/** Where groups can be made on this host. */
export interface CgroupHierarchy {
  readonly version: 1 | 2;
  /**
   * The directory below which groups of a controller are made; with version 2 it is the same one for
   * all. A controller that is missing can't be had here.
   */
  readonly bases: Readonly<Partial<Record<Controller, string>>>;
}

/** The controllers that limits need and that can't be had on this host. */
export function missingControllers({ bases }: CgroupHierarchy): readonly Controller[] {
  return CONTROLLERS.filter((name) => bases[name] === undefined);
}

/** What {@linkcode findHierarchy} goes by. */
export interface HierarchyOptions {
  /** Text of `/proc/self/mountinfo`, proc_pid_mountinfo(5). */
  readonly mountInfo: string;
  /** Text of `/proc/self/cgroup`, cgroups(7). */
  readonly ownGroups: string;
  /** Text of `cgroup.controllers` of the version 2 mount; empty when there is none. */
  readonly unifiedControllers: string;
}

/**
 * Finds where groups can be made: version 2 where it has all controllers, else version 1 with those
 * that are mounted. Groups of version 1 are made below this process's own, so that limits which hold
 * for the supervisor hold for its functions too. With version 2, a process must not be beside groups
 * that have controllers, so they are made at the top of what is mounted.
 */
export function findHierarchy(options: HierarchyOptions): CgroupHierarchy {
  const mounts = parseMounts(options.mountInfo);
  const unified = mounts.find(({ type }) => type === "cgroup2");
  const available = options.unifiedControllers.split(/\s+/);
  if (unified !== undefined && CONTROLLERS.every((name) => available.includes(name))) {
    const bases = [...CONTROLLERS, "io"].filter((name) => available.includes(name))
      .map((name) => [name, unified.path] as const);
    return { version: 2, bases: Object.fromEntries(bases) };
  }
  const own = parseOwnGroups(options.ownGroups);
  const bases: Partial<Record<Controller, string>> = {};
  for (const name of [...CONTROLLERS, "io", "cpuacct"] as const) {
    const called = name === "io" ? "blkio" : name;
    const mount = mounts.find(({ type, controllers }) =>
      type === "cgroup" && controllers.includes(called)
    );
    if (mount === undefined) continue;
    // In a container the mount shows a part of the tree, which our path may begin with or not.
    const below = posix.relative(mount.root, own.get(called) ?? "/");
    bases[name] = below.startsWith("..") ? mount.path : join(mount.path, below);
  }
  return { version: 1, bases };
}

/** A mount of control groups. */
interface Mount {
  readonly type: string;
  readonly path: string;
  /** The group that the mount shows as its top. */
  readonly root: string;
  readonly controllers: readonly string[];
}

function parseMounts(mountInfo: string): Mount[] {
  return mountInfo.split("\n").flatMap((line) => {
    const [left = "", right = ""] = line.split(" - ");
    const [, , , root = "/", path = ""] = left.split(" ");
    const [type = "", , options = ""] = right.split(" ");
    if (!type.startsWith("cgroup")) return [];
    return [{ type, path: unescapeMountPath(path), root, controllers: options.split(",") }];
  });
}

/** This process's group for each controller of version 1. */
function parseOwnGroups(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const name of controllers.split(",")) groups.set(name, path);
  }
  return groups;
}
