import { groupBelow, parseGroupMounts, parseOwnGroups } from "./cgroup_mounts.ts";

/** The controllers that limits need. */
export const CONTROLLERS = ["memory", "pids", "cpu"] as const;

/**
 * A controller that limits need, or an optional one: `io`, called blkio in v1, and v1's `cpuacct`,
 * which counts CPU time. In v2, every group counts CPU time.
 */
export type Controller = typeof CONTROLLERS[number] | "io" | "cpuacct";

/** Directories in which this host allows control groups. */
export interface CgroupHierarchy {
  readonly version: 1 | 2;
  /**
   * Parent directory of groups by controller; in v2, it is the same for all. A missing controller
   * is not available on this host.
   */
  readonly bases: Readonly<Partial<Record<Controller, string>>>;
}

/** Returns the controllers that limits need and that are not available on this host. */
export function missingControllers({ bases }: CgroupHierarchy): readonly Controller[] {
  return CONTROLLERS.filter((name) => bases[name] === undefined);
}

/** Options of {@linkcode findHierarchy}. */
export interface HierarchyOptions {
  /** Text of `/proc/self/mountinfo`, proc_pid_mountinfo(5). */
  readonly mountInfo: string;
  /** Text of `/proc/self/cgroup`, cgroups(7). */
  readonly ownGroups: string;
  /** Text of `cgroup.controllers` of the v2 mount; empty without such a mount. */
  readonly unifiedControllers: string;
}

/**
 * Finds the parent directories of groups: v2 if it has all controllers, otherwise the mounted
 * controllers of v1. In v1, groups are created below this process's own group, so that the
 * supervisor's limits also apply to functions. In v2, a group with controllers for its children
 * must not contain processes, so groups are created at the top of the mount.
 */
export function findHierarchy(options: HierarchyOptions): CgroupHierarchy {
  const mounts = parseGroupMounts(options.mountInfo);
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
    bases[name] = groupBelow(mount, own.get(called));
  }
  return { version: 1, bases };
}
