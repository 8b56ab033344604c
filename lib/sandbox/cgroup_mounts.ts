import { join, posix } from "node:path";
import { unescapeMountPath } from "../system/mount_path.ts";

/** A mount of control groups. */
export interface GroupMount {
  /** `cgroup` for version 1, `cgroup2` for version 2. */
  readonly type: string;
  readonly path: string;
  /** Group that the mount shows as its top. */
  readonly root: string;
  /** Controllers of version 1, among the mount's other options. */
  readonly controllers: readonly string[];
}

/** A mount of any kind. */
interface Mount extends GroupMount {
  readonly id: string;
  readonly parent: string;
}

/**
 * Parses `/proc/self/mountinfo`, proc_pid_mountinfo(5), and returns the mounts of control groups
 * that no other mount hides.
 */
export function parseGroupMounts(mountInfo: string): GroupMount[] {
  const all = new Map<string, Mount>();
  for (const line of mountInfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const [id = "", parent = "", , root = "/", path = ""] = left.split(" ");
    const [type = "", , options = ""] = right.split(" ");
    const controllers = options.split(",");
    if (type === "") continue;
    all.set(id, { id, parent, type, path: unescapeMountPath(path), root, controllers });
  }
  return [...all.values()].filter(({ type }) => type.startsWith("cgroup"))
    .filter((mount) => !isHidden(mount, all))
    .map(({ type, path, root, controllers }) => ({ type, path, root, controllers }));
}

/** A mount on the way to the path that is not below this one's ancestors leads elsewhere. */
function isHidden(mount: Mount, all: ReadonlyMap<string, Mount>): boolean {
  const own = new Set<string>();
  for (let at: Mount | undefined = mount; at !== undefined && !own.has(at.id);) {
    own.add(at.id);
    at = all.get(at.parent);
  }
  return [...all.values()].some(({ id, path }) =>
    !own.has(id) && (path === mount.path || mount.path.startsWith(path === "/" ? "/" : `${path}/`))
  );
}

/**
 * Parses `/proc/self/cgroup`, cgroups(7). Returns this process's group by controller of version 1;
 * the key of its group of version 2 is empty.
 */
export function parseOwnGroups(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, controllers, path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const name of controllers?.split(",") ?? []) groups.set(name, path);
  }
  return groups;
}

/**
 * Returns the directory of a group in a mount. In a container, the mount may show only a part of the
 * tree, outside of which the group's path may be: then it is the mount's top.
 */
export function groupBelow({ root, path }: GroupMount, group = "/"): string {
  const below = posix.relative(root, group);
  return below.startsWith("..") ? path : join(path, below);
}
