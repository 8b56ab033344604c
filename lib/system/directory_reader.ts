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

/** Some entries, and those of them that are or may be directories. */
export interface EntryCount {
  readonly entries: number;
  readonly directories: readonly DirectoryEntry[];
}

/** A directory read in pieces, so that a large one neither fills memory nor blocks others. */
export interface DirectoryReader extends Disposable {
  /** A path by which this process reaches that very directory, whatever becomes of its name. */
  readonly path: string;
  /** The next entries, some hundreds at most; none at the end. */
  readonly next: () => Promise<readonly DirectoryEntry[]>;
  /** As {@linkcode next}, where the names of files do not count; nothing at the end. */
  readonly count: () => Promise<EntryCount | undefined>;
  /** Opens a directory in it; nothing where it is no directory, or another file system's. */
  readonly openChild: (entry: DirectoryEntry) => DirectoryReader | undefined;
}

/** Maximum that one call returns: it is processed in a short time. */
const PIECE_BYTES = 16 * 1024;

/** linux/fs_types.h. */
const DT_UNKNOWN = 0;
const DT_DIR = 4;

/** Known entry types; all others are special files. */
const TYPES: Readonly<Record<number, DirectoryEntry["type"]>> = {
  [DT_UNKNOWN]: "unknown",
  [DT_DIR]: "directory",
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
    async count() {
      const length = await files.readEntries(descriptor, buffer);
      if (length <= 0) return undefined;
      const [bytes, mayEnter] = [buffer.subarray(0, length), new Set([DT_UNKNOWN, DT_DIR])];
      const directories = parseEntries(bytes, mayEnter);
      return { entries: countEntries(bytes), directories };
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
 * is the number of the inode, a position, the entry's length, its type and its name. Of some types
 * alone, where these are given.
 */
export function parseEntries(
  bytes: Uint8Array<ArrayBuffer>,
  types?: ReadonlySet<number>,
): DirectoryEntry[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const entries: DirectoryEntry[] = [];
  for (let at = 0; at + NAME_OFFSET < bytes.length; at += lengthOf(bytes, at)) {
    const type = bytes[at + TYPE_OFFSET]!;
    if (isItself(bytes, at) || types?.has(type) === false) continue;
    const own = bytes.slice(at + NAME_OFFSET, bytes.indexOf(0, at + NAME_OFFSET));
    entries.push({ name: decoder.decode(own), bytes: own, type: TYPES[type] ?? "special" });
  }
  return entries;
}

function countEntries(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at + NAME_OFFSET < bytes.length; at += lengthOf(bytes, at)) {
    if (!isItself(bytes, at)) count++;
  }
  return count;
}

/** Never less than an entry's head, so that a loop ends. */
function lengthOf(bytes: Uint8Array, at: number): number {
  const length = bytes[at + LENGTH_OFFSET]! + 256 * bytes[at + LENGTH_OFFSET + 1]!;
  return Math.max(NAME_OFFSET, length);
}

/** Whether it is the directory itself, or the one that it is in. */
function isItself(bytes: Uint8Array, at: number): boolean {
  const name = at + NAME_OFFSET;
  if (bytes[name] !== DOT) return false;
  return bytes[name + 1] === 0 || bytes[name + 1] === DOT && bytes[name + 2] === 0;
}

const DOT = 0x2e;
const LENGTH_OFFSET = 16;
const TYPE_OFFSET = 18;
const NAME_OFFSET = 19;

/** Entries processed at a time when the whole directory was read at once. */
const PIECE_ENTRIES = 500;

/** The fallback for other kernels than Linux. */
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
    async count() {
      const entries = await this.next();
      if (entries.length === 0) return undefined;
      const directories = entries.filter(({ type }) => type === "directory");
      return { entries: entries.length, directories };
    },
    openChild: ({ name }) => readWhole(join(path, name)),
    [Symbol.dispose]: () => {},
  };
}
