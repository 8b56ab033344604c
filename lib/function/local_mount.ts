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

/** Returns true if the path is on a local file system; false if that is unknown. */
export async function isOnLocalMount(path: string): Promise<boolean> {
  try {
    const real = await Deno.realPath(path);
    const type = parseMountType(await readProcFile("/proc/self/mountinfo"), real);
    return type !== undefined && LOCAL_TYPES.has(type);
  } catch {
    return false;
  }
}
