import { unescapeMountPath } from "../system/mount_path.ts";
import { readProcFile } from "../system/read_proc_file.ts";

/** Types of file systems on local disks and in memory, which do not block for long. */
const LOCAL_TYPES = new Set([
  ...["bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "ramfs", "reiserfs"],
  ...["squashfs", "tmpfs", "xfs", "zfs"],
]);

/**
 * Returns the type of the file system of a path. Source: proc_pid_mountinfo(5); the last of several
 * mounts on one path counts.
 *
 * @example
 * ```ts
 * import { parseMountType } from "./local_mount.ts";
 * parseMountType("22 1 0:20 / / rw - ext4 /dev/sda1 rw", "/opt/functions"); // "ext4"
 * ```
 */
export function parseMountType(mountInfo: string, path: string): string | undefined {
  let found: { readonly point: string; readonly type: string } | undefined;
  for (const line of mountInfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const point = unescapeMountPath(left.split(" ")[4] ?? "");
    const [type = ""] = right.split(" ");
    const isAbove = point === "/" || path === point || path.startsWith(`${point}/`);
    if (point === "" || !isAbove) continue;
    if (found === undefined || point.length >= found.point.length) found = { point, type };
  }
  return found?.type;
}

/** Mounts at and below a directory. */
export interface Mounts {
  /** The directory is on a local file system; false if that is unknown. */
  readonly isLocal: boolean;
  /** Names of entries of the directory that are mount points or contain some. */
  readonly names: ReadonlySet<string>;
}

/**
 * Returns the names of a directory's entries that are mount points or contain some. Source:
 * proc_pid_mountinfo(5).
 *
 * @example
 * ```ts
 * import { mountsBelow } from "./local_mount.ts";
 * mountsBelow("22 1 0:20 / /opt/a/b rw - ext4 /dev/sda1 rw", "/opt"); // Set { "a" }
 * ```
 */
export function mountsBelow(mountInfo: string, path: string): ReadonlySet<string> {
  const prefix = path === "/" ? path : `${path}/`;
  const names = new Set<string>();
  for (const line of mountInfo.split("\n")) {
    const point = unescapeMountPath(line.split(" ", 5)[4] ?? "");
    if (!point.startsWith(prefix)) continue;
    const [name = ""] = point.slice(prefix.length).split("/");
    if (name !== "") names.add(name);
  }
  return names;
}

/** Reads the mounts at and below a directory. */
export async function readMounts(path: string): Promise<Mounts> {
  try {
    const real = await Deno.realPath(path);
    const mountInfo = await readProcFile("/proc/self/mountinfo");
    const type = parseMountType(mountInfo, real);
    const isLocal = type !== undefined && LOCAL_TYPES.has(type);
    return { isLocal, names: mountsBelow(mountInfo, real) };
  } catch {
    return { isLocal: false, names: new Set() };
  }
}
