import type { ActivityLog } from "./activity_log.ts";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { createCensus } from "./census.ts";
import { asyncStat, onceEach, syncStat } from "./file_look.ts";
import {
  type CachedScan,
  type FolderLook,
  type FunctionSpec,
  lookAtFolder,
} from "./folder_look.ts";
import { type Mounts, readMounts } from "./local_mount.ts";
import { judgeName } from "../config/function_name.ts";
import { mergeMap, mergeSet } from "./merge_findings.ts";
import type { Modules } from "./revision.ts";
import { findStrayFiles } from "./stray_files.ts";
import type { WatchedDirectory } from "./watched_directory.ts";

/**
 * Result of a scan of the functions directory. All fields concern only the folders that the scan
 * looked at: nothing has changed in the others.
 */
export interface Scan {
  /** Folders that it looked at, also those that are gone; `undefined` after a scan of all. */
  readonly names: ReadonlySet<string> | undefined;
  readonly functions: ReadonlyMap<string, FunctionSpec>;
  /** Directories, and modules beside them, that are not served, with the reason. */
  readonly ignored: ReadonlyMap<string, string>;
  /**
   * Functions whose folders are too large, with the reason. Their running instances stay, and new
   * code is not loaded.
   */
  readonly refused: ReadonlyMap<string, string>;
  /**
   * Functions whose files are still being written, or whose folders just disappeared. Their running
   * instances stay: a folder that is replaced by two renames is missing for a moment.
   */
  readonly unsettled: ReadonlySet<string>;
  /** Time of the next scan for unsettled files, by the clock of the scan. */
  readonly retryAtMs: number | undefined;
  /** Directories to watch, by folder. */
  readonly watched: ReadonlyMap<string, readonly WatchedDirectory[]>;
  /** Folders that can change without an event in their watched directories. */
  readonly uncovered: ReadonlySet<string>;
  /** The functions directory is on a local file system, which sends events. */
  readonly isLocal: boolean;
  /** Duration of the scan of each folder, in milliseconds. */
  readonly tookMs: ReadonlyMap<string, number>;
}

/** Options of {@linkcode createScanner}. */
export interface ScannerOptions {
  readonly functionsDirectory: string;
  /** Names of the files that make a folder a function. */
  readonly entries: readonly string[];
  /** Time without changes after which files have settled. */
  readonly settleMs: number;
  /** Maximum number of entries in one folder's tree. */
  readonly maxFiles: number;
  /** Returns the modules of a function's graph, if a check has found them. */
  readonly modulesOf: (name: string) => Modules | undefined;
  /** Reads the mounts of the directory; called before each scan of all folders. */
  readonly mountsOf?: typeof readMounts;
  /** Events of folders; without it, the scanner uses only files and clocks. */
  readonly log?: ActivityLog;
  /** Returns the host's time in milliseconds since 1970; the time of the scan when left out. */
  readonly wallNow?: () => number;
}

/** Options of {@linkcode Scanner.scan}. */
export interface ScanOptions {
  /** Folders to scan besides, although no event concerns them, such as those with new modules. */
  readonly others?: ReadonlySet<string>;
}

/** Scans the functions directory; caches results of unchanged folders. */
export interface Scanner {
  /**
   * Scans all folders at a time of a clock that never steps, in milliseconds since 1970. With
   * `only`, scans the named folders, and those that an earlier scan found unsettled and that are
   * due; the time for this does not depend on the number of all folders.
   *
   * @throws {Deno.errors.NotFound} if the functions directory does not exist
   */
  readonly scan: (
    nowMs: number,
    only?: ReadonlySet<string>,
    options?: ScanOptions,
  ) => Promise<Scan>;
  /** Reads the mounts again: returns the folders with mounts, which later scans know. */
  readonly mounted: () => Promise<ReadonlySet<string>>;
}

/** The latest findings about all folders. */
interface Findings {
  readonly looks: Map<string, FolderLook>;
  readonly memories: Map<string, CachedScan>;
  /** Folders whose files are changing, or which are missing. */
  readonly unsettled: Set<string>;
}

/** Creates a scanner of one functions directory. */
export function createScanner(options: ScannerOptions): Scanner {
  const { functionsDirectory, settleMs, modulesOf, mountsOf = readMounts } = options;
  const census = createCensus(options);
  let found: Candidates = { folders: new Map(), files: [] };
  let device = -1;
  let mounts: Mounts = { isLocal: false, names: new Set() };
  let known: Findings = { looks: new Map(), memories: new Map(), unsettled: new Set() };

  /** Returns the folders to look at in a scan of some. */
  function choose(nowMs: number, only: ReadonlySet<string>): ReadonlySet<string> {
    const names = new Set(only);
    for (const name of known.unsettled) {
      const look = known.looks.get(name);
      // One that is missing is decided again each time.
      if (look?.type !== "arriving" || nowMs >= look.retryAtMs) names.add(name);
    }
    return names;
  }

  return {
    async mounted() {
      mounts = await mountsOf(functionsDirectory);
      return mounts.names;
    },
    async scan(nowMs, only, { others } = {}) {
      const root = await Deno.realPath(functionsDirectory);
      if (only === undefined) {
        mounts = await mountsOf(functionsDirectory);
        found = await readCandidates(functionsDirectory);
        device = (await Deno.stat(functionsDirectory)).dev;
      }
      const names = only && choose(nowMs, others === undefined ? only : only.union(others));
      const look = mounts.isLocal ? syncStat : asyncStat;
      const shared = onceEach(look);
      const yieldToEventLoop = createYieldToEventLoop();
      const looks = new Map<string, FolderLook>();
      const tookMs = new Map<string, number>();
      const { folders, files } = found;
      for (const name of names ?? folders.keys()) {
        const folder = folders.get(name);
        if (folder === undefined) continue;
        const verdict = judgeName(name);
        if (verdict.type === "reserved") continue;
        const pause = yieldToEventLoop();
        if (pause !== undefined) await pause;
        const startedMs = performance.now();
        const before = known.memories.get(name);
        const last = known.looks.get(name);
        const seen: FolderLook = verdict.type === "refused"
          ? { type: "ignored", reason: verdict.reason, watched: [], isCovered: true }
          : await lookAtFolder({
            ...options,
            name,
            isLink: folder.isSymlink,
            isMounted: mounts.names.has(name),
            device,
            root,
            nowMs,
            wallMs: options.wallNow?.() ?? nowMs,
            modules: modulesOf(name),
            before,
            names: before?.names ?? (last?.type === "ignored" ? last.names : undefined),
            look,
            shared,
            census,
            isHinted: only?.has(name) === true,
            folders: folders.size,
          });
        tookMs.set(name, performance.now() - startedMs);
        looks.set(name, seen);
      }
      if (names === undefined) {
        census.keep(looks);
        options.log?.keep(looks, nowMs);
      }
      const { scan, memories } = sumUp(
        names ?? new Set([...looks.keys(), ...known.memories.keys()]),
        { looks, before: known.memories, nowMs, settleMs },
      );
      if (names === undefined) {
        known = { looks, memories: new Map(memories), unsettled: new Set(scan.unsettled) };
        for (const stray of findStrayFiles(files, (name) => looks.has(name))) {
          scan.ignored.set(...stray);
        }
      } else {
        mergeMap(known.looks, looks, names);
        mergeMap(known.memories, memories, names);
        mergeSet(known.unsettled, scan.unsettled, names);
      }
      return { ...scan, names, tookMs, isLocal: mounts.isLocal };
    },
  };
}

/** Entries of the functions directory, by name. */
interface Candidates {
  /** Directories and links. */
  readonly folders: ReadonlyMap<string, Deno.DirEntry>;
  /** Names of files. */
  readonly files: readonly string[];
}

async function readCandidates(directory: string): Promise<Candidates> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  const byName = entries.sort((a, b) => a.name < b.name ? -1 : 1);
  const folders = byName.filter((entry) => entry.isDirectory || entry.isSymlink);
  return {
    folders: new Map(folders.map((entry) => [entry.name, entry])),
    files: byName.filter((entry) => entry.isFile).map(({ name }) => name),
  };
}

interface SumOptions {
  readonly looks: ReadonlyMap<string, FolderLook>;
  /** Memories of the folders from the scan before. */
  readonly before: ReadonlyMap<string, CachedScan>;
  readonly nowMs: number;
  readonly settleMs: number;
}

/** Combines the results of folders; those without a look have disappeared. */
function sumUp(
  names: ReadonlySet<string>,
  { looks, before, nowMs, settleMs }: SumOptions,
): {
  readonly scan: Omit<Scan, "names" | "tookMs" | "isLocal" | "ignored"> & {
    readonly ignored: Map<string, string>;
  };
  readonly memories: ReadonlyMap<string, CachedScan>;
} {
  const functions = new Map<string, FunctionSpec>();
  const ignored = new Map<string, string>();
  const refused = new Map<string, string>();
  const unsettled = new Set<string>();
  const watched = new Map<string, readonly WatchedDirectory[]>();
  const uncovered = new Set<string>();
  const memories = new Map<string, CachedScan>();
  let retryAtMs: number | undefined;
  for (const name of names) {
    const look = looks.get(name);
    if (look === undefined) {
      isMissed(name);
      continue;
    }
    if (look.isCovered !== true) uncovered.add(name);
    if ("watched" in look) watched.set(name, look.watched);
    if ("memory" in look && look.memory !== undefined) memories.set(name, look.memory);
    switch (look.type) {
      case "none":
        isMissed(name);
        break;
      case "ignored":
        // A folder that was a function a moment ago counts as missing.
        if (!isMissed(name)) ignored.set(name, look.reason);
        break;
      case "refused":
        refused.set(name, look.reason);
        break;
      case "arriving":
        unsettled.add(name);
        if (look.spec !== undefined) functions.set(name, look.spec);
        retryAtMs = Math.min(retryAtMs ?? Infinity, look.retryAtMs);
        break;
      case "function":
        functions.set(name, look.spec);
        break;
      default:
        look satisfies never;
    }
  }
  return {
    scan: { functions, ignored, refused, unsettled, retryAtMs, watched, uncovered },
    memories,
  };

  /** Returns true if it was a function a moment ago and may come back at once. */
  function isMissed(name: string): boolean {
    const memory = before.get(name);
    if (memory?.settled === undefined) return false;
    const goneAtMs = (memory.missingSinceMs ?? nowMs) + settleMs;
    if (nowMs >= goneAtMs) return false;
    unsettled.add(name);
    memories.set(name, { ...memory, missingSinceMs: goneAtMs - settleMs });
    retryAtMs = Math.min(retryAtMs ?? Infinity, goneAtMs);
    return true;
  }
}
