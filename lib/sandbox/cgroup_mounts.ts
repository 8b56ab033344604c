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

/** Parses the mounts of control groups in `/proc/self/mountinfo`, proc_pid_mountinfo(5). */
export function parseGroupMounts(mountInfo: string): GroupMount[] {
  return mountInfo.split("\n").flatMap((line) => {
    const [left = "", right = ""] = line.split(" - ");
    const [, , , root = "/", path = ""] = left.split(" ");
    const [type = "", , options = ""] = right.split(" ");
    if (!type.startsWith("cgroup")) return [];
    return [{ type, path: unescapeMountPath(path), root, controllers: options.split(",") }];
  });
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
