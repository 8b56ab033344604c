import { Buffer } from "node:buffer";
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readlink } from "node:fs/promises";
import { readFully } from "../function/contained_file.ts";
import { MAX_TREE_DEPTH } from "../function/tree_count.ts";
import { type DirectoryReader, openDirectory } from "../system/directory_reader.ts";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { describeDifference, type FileContent, MAX_TEXT_BYTES } from "./describe_difference.ts";
import type { FileDifference } from "./file_difference.ts";

/** Differences of two directory trees. */
export interface TreeDifference {
  /** By path. */
  readonly files: readonly FileDifference[];
  /** More files differ, or there are more entries than ddsrv compares. */
  readonly isTruncated: boolean;
}

/** Options of {@linkcode compareTrees}. */
export interface CompareOptions {
  readonly signal: AbortSignal;
  readonly limits?: Partial<CompareLimits>;
}

/** Limits of a comparison. */
export interface CompareLimits {
  /** Files that are named. */
  readonly files: number;
  /** UTF-16 units of all hunks; later files are named only. */
  readonly hunks: number;
  /** Entries of both trees that are looked at. */
  readonly entries: number;
  /** Time for all searches of shortest differences. */
  readonly searchMs: number;
}

const LIMITS: CompareLimits = {
  files: 1_000,
  hunks: 1024 * 1024,
  entries: 50_000,
  searchMs: 1_000,
};

/** Time for one search, in which the event loop waits. */
const SEARCH_MS = 25;

/** Size of a piece that is compared at a time. */
const PIECE_BYTES = 64 * 1024;

/** Repositories can have credentials, and installed packages are not the author's code. */
const UNCOMPARED: ReadonlySet<string> = new Set([".git"]);
const NAMED_ONLY: ReadonlySet<string> = new Set(["node_modules"]);

/** A tree can't be compared; the message says why. */
export class CompareError extends Error {
  override readonly name = "CompareError";
}

/** An entry of one side; `path` leads to it below its open directory. */
interface Entry {
  readonly path: string;
  readonly stats: Stats;
  readonly openChild: () => DirectoryReader | undefined;
}

/** The two sides of a directory; one may be missing. */
interface Level {
  readonly before: DirectoryReader | undefined;
  readonly after: DirectoryReader | undefined;
  /** Relative path with a `/` at its end, or empty. */
  readonly prefix: string;
  readonly depth: number;
}

/**
 * Compares two directory trees, which come from functions and can contain anything: opens each
 * directory below its parent's descriptor, follows no link, opens no pipe or device, and limits
 * depth, number and size. Leaves out `.git`, and does not look at what differs in `node_modules`.
 *
 * @throws {CompareError} if one of the directories does not exist
 * @throws the signal's reason
 */
export async function compareTrees(
  [before, after]: readonly [before: string, after: string],
  { signal, limits: given }: CompareOptions,
): Promise<TreeDifference> {
  const limits = { ...LIMITS, ...given };
  const yieldToEventLoop = createYieldToEventLoop();
  const files: FileDifference[] = [];
  let [hunks, entries, searchMs] = [0, 0, 0];
  let isTruncated = false;
  using first = openDirectory(before);
  using second = openDirectory(after);
  if (first === undefined || second === undefined) {
    throw new CompareError("A kept folder was removed meanwhile. Try again");
  }
  await compareLevel({ before: first, after: second, prefix: "", depth: 1 }, found);
  files.sort((a, b) => a.path < b.path ? -1 : 1);
  return { files, isTruncated };

  /** Compares all of a level; `onFile` returns false to end that. */
  async function compareLevel(level: Level, onFile: OnFile): Promise<boolean> {
    if (level.depth > MAX_TREE_DEPTH) return isTruncated = true;
    const [old, next] = [await read(level.before), await read(level.after)];
    for (const name of [...new Set([...old.keys(), ...next.keys()])].sort()) {
      await yieldToEventLoop();
      signal.throwIfAborted();
      if (UNCOMPARED.has(name)) continue;
      const path = level.prefix + name;
      const pair = { path, before: old.get(name), after: next.get(name) };
      const goesOn = NAMED_ONLY.has(name) && [pair.before, pair.after].some(isDirectory)
        ? await compareNamed({ ...pair, depth: level.depth }, onFile)
        : await compareEntry({ ...pair, depth: level.depth }, onFile);
      if (!goesOn) return false;
    }
    return true;
  }

  async function compareEntry(pair: EntryPair, onFile: OnFile): Promise<boolean> {
    const [before, after] = [pair.before, pair.after].map((one) =>
      isDirectory(one) ? undefined : one
    );
    if (await differ(before, after) && !await onFile({ ...pair, before, after })) return false;
    if (!isDirectory(pair.before) && !isDirectory(pair.after)) return true;
    using stack = new DisposableStack();
    const [old, next] = [pair.before, pair.after].map((one) => {
      const child = isDirectory(one) ? one?.openChild() : undefined;
      if (isDirectory(one) && child === undefined) isTruncated = true;
      return child === undefined ? undefined : stack.use(child);
    });
    const prefix = `${pair.path}/`;
    return await compareLevel({ before: old, after: next, prefix, depth: pair.depth + 1 }, onFile);
  }

  /** Names a directory if anything in it differs. */
  async function compareNamed(pair: EntryPair, onFile: OnFile): Promise<boolean> {
    let isSame = true;
    await compareEntry(pair, () => Promise.resolve(isSame = false));
    return isSame || await onFile(pair);
  }

  async function read(reader: DirectoryReader | undefined): Promise<Map<string, Entry>> {
    const found = new Map<string, Entry>();
    if (reader === undefined) return found;
    for (let piece = await reader.next(); piece.length > 0; piece = await reader.next()) {
      for (const entry of piece) {
        if (++entries > limits.entries) {
          isTruncated = true;
          return found;
        }
        const path = `${reader.path}/${entry.name}`;
        // A name that is not UTF-8 can't be opened by its text.
        const stats = await lstat(path).catch(() => undefined);
        if (stats === undefined) isTruncated = true;
        else found.set(entry.name, { path, stats, openChild: () => reader.openChild(entry) });
      }
    }
    return found;
  }

  async function differ(before: Entry | undefined, after: Entry | undefined): Promise<boolean> {
    if (before === undefined || after === undefined) return before !== after;
    const [old, next] = [before.stats, after.stats];
    if (kindOf(old) !== kindOf(next)) return true;
    if (old.isSymbolicLink()) return await targetOf(before) !== await targetOf(after);
    if (!old.isFile()) return false;
    if (old.size !== next.size || isExecutable(old) !== isExecutable(next)) return true;
    return !await haveSameContent(before, after, signal);
  }

  async function found({ path, before, after }: EntryPair): Promise<boolean> {
    if (files.length >= limits.files) return !(isTruncated = true);
    const isNamed = isDirectory(before) || isDirectory(after);
    const difference = isNamed ? directory(path, { before, after }) : await describe();
    files.push(difference);
    return true;

    async function describe(): Promise<FileDifference> {
      // Each search costs time, and the event loop waits for it.
      if (hunks > limits.hunks) return omitted(path, { before, after });
      const pair = { path, before: await load(before), after: await load(after) };
      const begunMs = performance.now();
      const timeoutMs = Math.min(SEARCH_MS, limits.searchMs - searchMs);
      const described = describeDifference(pair, { timeoutMs });
      searchMs += performance.now() - begunMs;
      hunks += described.hunks?.length ?? 0;
      return hunks > limits.hunks && described.hunks !== null
        ? { ...described, kind: "omitted", hunks: null }
        : described;
    }
  }
}

interface EntryPair {
  readonly path: string;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
  readonly depth: number;
}

/** Returns false to end the comparison. */
type OnFile = (pair: EntryPair) => Promise<boolean>;

function isDirectory(entry: Entry | undefined): boolean {
  return entry?.stats.isDirectory() === true;
}

function directory(path: string, sides: Sides): FileDifference {
  return { path, change: changeOf(sides), kind: "directory", hunks: null };
}

function omitted(path: string, sides: Sides): FileDifference {
  return { path, change: changeOf(sides), kind: "omitted", hunks: null };
}

type Sides = Pick<EntryPair, "before" | "after">;

function changeOf({ before, after }: Sides): FileDifference["change"] {
  return before === undefined ? "added" : after === undefined ? "removed" : "changed";
}

function kindOf(stats: Stats): FileContent["type"] {
  return stats.isSymbolicLink() ? "link" : stats.isFile() ? "file" : "special";
}

function isExecutable({ mode }: Stats): boolean {
  return (mode & 0o100) !== 0;
}

async function targetOf({ path }: Entry): Promise<string> {
  return await readlink(path).catch(() => "");
}

async function load(entry: Entry | undefined): Promise<FileContent | undefined> {
  if (entry === undefined) return undefined;
  const { stats } = entry;
  const type = kindOf(stats);
  if (type === "link") return { type, target: await targetOf(entry) };
  if (type === "special") return { type };
  await using file = await openFile(entry);
  if (file === undefined) return { type: "special" };
  const bytes = new Uint8Array(Math.min(stats.size, MAX_TEXT_BYTES) + 1);
  const length = await readFully(file, bytes);
  return {
    type,
    isExecutable: isExecutable(stats),
    bytes: length > MAX_TEXT_BYTES ? undefined : bytes.subarray(0, length),
  };
}

async function haveSameContent(
  before: Entry,
  after: Entry,
  signal: AbortSignal,
): Promise<boolean> {
  await using old = await openFile(before);
  await using next = await openFile(after);
  if (old === undefined || next === undefined) return old === next;
  const [a, b] = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)];
  for (;;) {
    signal.throwIfAborted();
    const [length, other] = [await readFully(old, a), await readFully(next, b)];
    if (Buffer.compare(a.subarray(0, length), b.subarray(0, other)) !== 0) return false;
    if (length === 0) return true;
  }
}

/** Opens a regular file; `undefined` if it is none any more. */
async function openFile({ path }: Entry): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined || (await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}
