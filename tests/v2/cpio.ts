/** A file, directory or link of an archive. */
export interface CpioEntry {
  /** Relative to the root. */
  readonly path: string;
  /** Type and permissions, as in `st_mode` of stat(2). */
  readonly mode: number;
  /** A file's contents, or a link's target. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Modes of a directory, a link and a program. */
export const CPIO_MODES = { directory: 0o040755, link: 0o120777, program: 0o100755 } as const;

/** Name of the last entry. */
const TRAILER = "TRAILER!!!";

/**
 * Creates an archive in the "newc" format, which the kernel unpacks as its first file system. Source:
 * the kernel's driver-api/early-userspace/buffer-format.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Uint8Array<ArrayBuffer>[] {
  const trailer = { path: TRAILER, mode: 0, data: new Uint8Array() };
  return [...entries, trailer].flatMap(({ path, mode, data }, index) => {
    const name = new TextEncoder().encode(`${path}\0`);
    // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor,
    // namesize, check
    const fields = [index + 1, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
    const header = `070701${fields.map((one) => one.toString(16).padStart(8, "0")).join("")}`;
    const head = new Uint8Array(padded(header.length + name.length));
    head.set(new TextEncoder().encode(header));
    head.set(name, header.length);
    return [head, data, new Uint8Array(padded(data.length) - data.length)];
  });
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}
