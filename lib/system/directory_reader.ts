import { join } from "node:path";
import { type LinuxFiles, linuxFiles } from "./linux_files.ts";

/** One name in a directory. */
export interface DirectoryEntry {
  /** With the replacement character where it is not UTF-8. */
  readonly name: string;
  /** As the disk has it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Special are pipes, sockets and devices; what some file systems do not tell is unknown. */
  readonly type: "file" | "directory" | "link" | "special" | "unknown";
}

/** A directory that is read a piece at a time, so that its size is nobody's burden. */
export interface DirectoryReader extends Disposable {
  /** A path by which this process reaches that very directory, whatever becomes of its name. */
  readonly path: string;
  /** The next entries, some hundreds at most; none at the end. */
  readonly next: () => Promise<readonly DirectoryEntry[]>;
  /** Opens a directory in it; nothing where it is no directory, or another file system's. */
  readonly openChild: (entry: DirectoryEntry) => DirectoryReader | undefined;
}

/** What one call gives at most: a short piece of work to go through. */
const PIECE_BYTES = 16 * 1024;

/** linux/fs.h; what is not here is special. */
const TYPES: Readonly<Record<number, DirectoryEntry["type"]>> = {
  0: "unknown",
  4: "directory",
  8: "file",
  10: "link",
};

/**
 * Opens a directory to be read; `undefined` where there is none. `Deno.readDir` takes a
 * directory in as a whole, and one of a million names is 400 MB. Neither opening nor reading waits
 * for what is in it, and the event loop waits for neither.
 */
export function openDirectory(path: string): DirectoryReader | undefined {
  if (linuxFiles === undefined) return readWhole(path);
  const held = linuxFiles.openDirectory(new TextEncoder().encode(path));
  return held < 0 ? undefined : readPieces(linuxFiles, held, new Uint8Array(PIECE_BYTES));
}

function readPieces(
  files: LinuxFiles,
  descriptor: number,
  buffer: Uint8Array<ArrayBuffer>,
): DirectoryReader {
  return {
    path: `/proc/self/fd/${descriptor}`,
    async next() {
      for (;;) {
        const length = await files.readEntries(descriptor, buffer);
        if (length <= 0) return [];
        const entries = parseEntries(buffer.subarray(0, length));
        if (entries.length > 0) return entries;
      }
    },
    openChild({ bytes }) {
      const child = files.openBelow(descriptor, bytes, { isSameMount: true });
      return child < 0 ? undefined : readPieces(files, child, buffer);
    },
    [Symbol.dispose]: () => files.close(descriptor),
  };
}

/**
 * The entries that getdents64(2) has written, without `.` and `..`: `struct linux_dirent64`, which
 * is the number of the inode, a position, the entry's length, its type and its name.
 */
export function parseEntries(bytes: Uint8Array<ArrayBuffer>): DirectoryEntry[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: DirectoryEntry[] = [];
  for (let at = 0; at + NAME_OFFSET < bytes.length;) {
    const length = view.getUint16(at + LENGTH_OFFSET, true);
    const end = bytes.indexOf(0, at + NAME_OFFSET);
    const own = bytes.slice(at + NAME_OFFSET, end);
    const name = decoder.decode(own);
    if (name !== "." && name !== "..") {
      const type = TYPES[bytes[at + TYPE_OFFSET]!] ?? "special";
      entries.push({ name, bytes: own, type });
    }
    at += length;
  }
  return entries;
}

const LENGTH_OFFSET = 16;
const TYPE_OFFSET = 18;
const NAME_OFFSET = 19;

/** How many entries are gone through at a time where the whole directory has come at once. */
const PIECE_ENTRIES = 500;

/** Where the kernel is another one. */
function readWhole(path: string): DirectoryReader | undefined {
  let left: DirectoryEntry[] | undefined;
  return {
    path,
    async next() {
      left ??= (await Array.fromAsync(Deno.readDir(path)).catch(() => [])).map((entry) => ({
        name: entry.name,
        bytes: new TextEncoder().encode(entry.name),
        type: entry.isDirectory
          ? "directory"
          : entry.isSymlink
          ? "link"
          : entry.isFile
          ? "file"
          : "special",
      }));
      return left.splice(0, PIECE_ENTRIES);
    },
    openChild: ({ name }) => readWhole(join(path, name)),
    [Symbol.dispose]: () => {},
  };
}
