import { join } from "node:path";
import { type LinuxFiles, linuxFiles } from "./linux_files.ts";

/** An entry of a directory. */
export interface DirectoryEntry {
  /** Name, with U+FFFD in place of bytes that are not UTF-8. */
  readonly name: string;
  /** Name as stored on the disk. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `special`: a pipe, socket or device. `unknown`: the file system does not report types. */
  readonly type: "file" | "directory" | "link" | "special" | "unknown";
}

/** Number of entries, and those that are or may be directories. */
export interface EntryCount {
  readonly entries: number;
  readonly directories: readonly DirectoryEntry[];
}

/** Reads a directory in pieces, so that a large one neither fills memory nor blocks others. */
export interface DirectoryReader extends Disposable {
  /** Path of the open directory in this process; still valid if the directory is renamed. */
  readonly path: string;
  /** Reads the next entries, at most some hundreds; empty at the end. */
  readonly next: () => Promise<readonly DirectoryEntry[]>;
  /** Counts the next entries; `undefined` at the end. */
  readonly count: () => Promise<EntryCount | undefined>;
  /** Opens a subdirectory; `undefined` if it is no directory or on another file system. */
  readonly openChild: (entry: DirectoryEntry) => DirectoryReader | undefined;
}

/** Buffer size of one call, which limits the time to process its entries. */
const PIECE_BYTES = 16 * 1024;

/** Source: linux/fs_types.h. */
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
 * Opens a directory for reading; returns `undefined` if there is none. Unlike `Deno.readDir`, which
 * needs 400 MB for a million names, it reads in pieces, and not on the event loop.
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
 * Parses the entries that getdents64(2) returned, without `.` and `..`, and only of the given types
 * if there are any. `struct linux_dirent64` has the inode, an offset, the entry's length, its type
 * and its name.
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

/** Returns the length of an entry, at least that of its head, so that loops end. */
function lengthOf(bytes: Uint8Array, at: number): number {
  const length = bytes[at + LENGTH_OFFSET]! + 256 * bytes[at + LENGTH_OFFSET + 1]!;
  return Math.max(NAME_OFFSET, length);
}

/** Returns true for the entries `.` and `..`. */
function isItself(bytes: Uint8Array, at: number): boolean {
  const name = at + NAME_OFFSET;
  if (bytes[name] !== DOT) return false;
  return bytes[name + 1] === 0 || bytes[name + 1] === DOT && bytes[name + 2] === 0;
}

const DOT = 0x2e;
const LENGTH_OFFSET = 16;
const TYPE_OFFSET = 18;
const NAME_OFFSET = 19;

/** Number of entries per piece in the fallback. */
const PIECE_ENTRIES = 500;

/** Fallback for systems other than Linux. */
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
