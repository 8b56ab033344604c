import type { DiskLimits } from "./disk_limits.ts";

/**
 * nosuid, nodev and noexec: files of a function are only data. `discard` returns blocks of removed
 * files to the host. `noinit_itable` keeps unused tables sparse.
 */
const MOUNT_OPTIONS = "loop,nosuid,nodev,noexec,noatime,discard,noinit_itable,errors=remount-ro";

/**
 * Mounts the image $1 at $2. mount(8) reuses the loop device of another mount of the same image,
 * which makes two mounts safe. mount fails if that device is removed at the same moment, so the
 * script tries again. In a container, `/dev` may lack the node of the next free device.
 */
const MOUNT = `mount_image() { tries=0
until said=$(mount -t ext4 -o ${MOUNT_OPTIONS} "$1" "$2" 2>&1); do
tries=$((tries + 1)); [ $tries -lt 8 ] || { echo "$said" >&2; exit 125; }
if free=$(losetup --find 2>/dev/null) && [ ! -e "$free" ]; then
mknod -m 600 "$free" b 7 "\${free#/dev/loop}" 2>/dev/null
else sleep "0.0$tries"; fi
done
return 0; }
`;

/** A new mount namespace, which the kernel removes with its last process, and the mount with it. */
const PRIVATE = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c"] as const;

const BLOCK_BYTES = 4_096;

/** Returns the command that creates the file system of an image: at most one file per block. */
export function makeFileSystem(image: string, { bytes, files }: DiskLimits): string[] {
  const inodes = Math.min(files, Math.floor(bytes / BLOCK_BYTES));
  return [
    ...["mkfs.ext4", "-q", "-F", "-b", String(BLOCK_BYTES), "-I", "256", "-m", "0"],
    ...["-N", String(inodes)],
    // Blocks use no space of the host before they are written.
    ...["-J", "size=4", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard", image],
  ];
}

/** An image and its mount point. */
export interface ImageMount {
  readonly image: string;
  readonly mountPoint: string;
}

/** Returns the command prefix that mounts the image at its mount point. */
export function mountImage({ image, mountPoint }: ImageMount): string[] {
  const script = `${MOUNT}mount_image "$1" "$2"; shift 2; exec "$@"`;
  return [...PRIVATE, script, "sh", image, mountPoint];
}

/**
 * Returns the command that creates missing parts of an image and changes their owner. It writes the
 * owner into the volume label last, so that it runs only once: a change of owners flushes the
 * host's disk.
 */
export function giveParts(
  { image, mountPoint }: ImageMount,
  { uid, parts }: { readonly uid: number; readonly parts: readonly string[] },
): string[] {
  const script = `${MOUNT}mount_image "$1" "$2"; cd "$2" && owner=$3 && shift 3 && for part; do
[ -d "$part" ] || mkdir -m 700 -- "$part" || exit 1
chown -h -- "$owner:$owner" "$part" || exit 1; done; sync -f . &&
e2label "$(findmnt --noheadings --output SOURCE --mountpoint "$PWD")" "$owner"`;
  return [...PRIVATE, script, "sh", image, mountPoint, String(uid), ...parts];
}

/** Returns the command that copies directories into a new image with all attributes, see cp(1). */
export function copyIntoImage(image: string, options: {
  readonly mountPoint: string;
  readonly sources: readonly string[];
}): string[] {
  const script = `${MOUNT}mount_image "$1" "$2"; target=$2; shift 2
cp -a -- "$@" "$target/" && sync -f "$target"`;
  return [...PRIVATE, script, "sh", image, options.mountPoint, ...options.sources];
}

/** Returns the command that repairs the file system of an unmounted image. */
export function repairFileSystem(image: string): string[] {
  // Exit codes below 4: e2fsck(8) has repaired all errors.
  return ["sh", "-c", 'e2fsck -fy "$1" >&2; [ $? -lt 4 ]', "sh", image];
}

/** Returns the command that grows a file system to the size of its unmounted image. */
export function growFileSystem(image: string): string[] {
  return ["sh", "-c", 'e2fsck -fp "$1" >&2; [ $? -lt 4 ] && resize2fs "$1"', "sh", image];
}

/** Returns the command that grows a mounted file system, which needs CAP_SYS_RESOURCE. */
export function growMountedFileSystem(image: string, mountPoint: string): string[] {
  const script = `${MOUNT}mount_image "$1" "$2"
device=$(findmnt --noheadings --output SOURCE --mountpoint "$2") &&
losetup --set-capacity "$device" && resize2fs "$device"`;
  return [...PRIVATE, script, "sh", image, mountPoint];
}

/** Returns the command that tests everything that images need, and leaves nothing behind. */
export function tryImages(): string[] {
  const script = `${MOUNT}mount -t tmpfs -o size=32m tmpfs /run && cd /run &&
truncate -s 16M image && ${
    makeFileSystem("image", { bytes: 2 ** 24, files: 64 }).join(" ")
  } && mkdir mounted &&
for program in resize2fs e2fsck e2label findmnt losetup; do
command -v "$program" >/dev/null || { echo "$program is not installed" >&2; exit 1; }; done &&
mount_image image mounted`;
  return [...PRIVATE, script, "sh"];
}
