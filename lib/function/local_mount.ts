import { unescapeMountPath } from "../system/mount_path.ts";
import { readProcFile } from "../system/read_proc_file.ts";

/** File systems of this machine's own disks and memory, which answer at once. */
const LOCAL_TYPES = new Set([
  ...["bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "ramfs", "reiserfs"],
  ...["squashfs", "tmpfs", "xfs", "zfs"],
]);

/**
 * The type of the file system that a path is on. Source: proc_pid_mountinfo(5); of mounts over one
 * another the last one counts.
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

/** Whether looks at a path's files take next to no time; of what is not known, they may. */
export async function isOnLocalMount(path: string): Promise<boolean> {
  try {
    const real = await Deno.realPath(path);
    const type = parseMountType(await readProcFile("/proc/self/mountinfo"), real);
    return type !== undefined && LOCAL_TYPES.has(type);
  } catch {
    return false;
  }
}
