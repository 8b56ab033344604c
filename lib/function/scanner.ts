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
import type { Modules } from "./revision.ts";
import { findStrayFiles } from "./stray_files.ts";
import type { WatchedDirectory } from "./watched_directory.ts";

/** Result of a scan of the functions directory. */
export interface Scan {
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
  /** Folders to scan besides, although no event concerns them. */
  readonly others?: ReadonlySet<string>;
}

/** Scans the functions directory; caches results of unchanged folders. */
export interface Scanner {
  /**
   * Scans all folders at a time of a clock that never steps, in milliseconds since 1970. With `only`, scans the named folders and those whose modules have changed.
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

/** Results of a scan so far. */
interface Findings {
  readonly looks: Map<string, FolderLook>;
  readonly memories: Map<string, CachedScan>;
}

/** Creates a scanner of one functions directory. */
export function createScanner(options: ScannerOptions): Scanner {
  const { functionsDirectory, settleMs, modulesOf, mountsOf = readMounts } = options;
  const census = createCensus(options);
  let found: Candidates = { folders: [], files: [] };
  let device = -1;
  let mounts: Mounts = { isLocal: false, names: new Set() };
  let last: Findings = { looks: new Map(), memories: new Map() };

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
      const look = mounts.isLocal ? syncStat : asyncStat;
      const shared = onceEach(look);
      const yieldToEventLoop = createYieldToEventLoop();
      const next: Findings = { looks: new Map(), memories: new Map() };
      const tookMs = new Map<string, number>();
      const { folders, files } = found;
      for (const { name, isSymlink } of folders) {
        const before = last.memories.get(name);
        const modules = modulesOf(name);
        const known = last.looks.get(name);
        const isKnown = only !== undefined && known !== undefined && !only.has(name) &&
          others?.has(name) !== true && before?.modules === modules && !isOver(known, nowMs);
        // Most folders of most scans end here, so nothing costly comes before.
        if (isKnown) {
          next.looks.set(name, known);
          if ("memory" in known && known.memory !== undefined) {
            next.memories.set(name, known.memory);
          }
          continue;
        }
        const verdict = judgeName(name);
        if (verdict.type === "reserved") continue;
        const pause = yieldToEventLoop();
        if (pause !== undefined) await pause;
        const startedMs = performance.now();
        const seen: FolderLook = verdict.type === "refused"
          ? { type: "ignored", reason: verdict.reason, watched: [], isCovered: true }
          : await lookAtFolder({
            ...options,
            name,
            isLink: isSymlink,
            isMounted: mounts.names.has(name),
            device,
            root,
            nowMs,
            wallMs: options.wallNow?.() ?? nowMs,
            modules,
            before,
            names: before?.names ?? (known?.type === "ignored" ? known.names : undefined),
            look,
            shared,
            census,
            isHinted: only?.has(name) === true,
            folders: folders.length,
          });
        tookMs.set(name, performance.now() - startedMs);
        next.looks.set(name, seen);
        if ("memory" in seen && seen.memory !== undefined) next.memories.set(name, seen.memory);
      }
      if (only === undefined) {
        census.keep(next.looks);
        options.log?.keep(next.looks, nowMs);
      }
      const { scan, missing } = sumUp(next.looks, { last, nowMs, settleMs });
      for (const [name, memory] of missing) next.memories.set(name, memory);
      last = next;
      const strays = findStrayFiles(files, (name) => next.looks.has(name));
      return {
        ...scan,
        ignored: new Map([...scan.ignored, ...strays]),
        tookMs,
        isLocal: mounts.isLocal,
      };
    },
  };
}

/** Returns true if unsettled files must be scanned again. */
function isOver(look: FolderLook, nowMs: number): boolean {
  return look.type === "arriving" && nowMs >= look.retryAtMs;
}

/** Entries of the functions directory, by name. */
interface Candidates {
  /** Directories and links. */
  readonly folders: readonly Deno.DirEntry[];
  /** Names of files. */
  readonly files: readonly string[];
}

async function readCandidates(directory: string): Promise<Candidates> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  const byName = entries.sort((a, b) => a.name < b.name ? -1 : 1);
  return {
    folders: byName.filter((entry) => entry.isDirectory || entry.isSymlink),
    files: byName.filter((entry) => entry.isFile).map(({ name }) => name),
  };
}

interface SumOptions {
  readonly last: Findings;
  readonly nowMs: number;
  readonly settleMs: number;
}

/** Combines the results of all folders with folders that have disappeared. */
function sumUp(
  looks: ReadonlyMap<string, FolderLook>,
  { last, nowMs, settleMs }: SumOptions,
): {
  readonly scan: Omit<Scan, "tookMs" | "isLocal">;
  readonly missing: ReadonlyMap<string, CachedScan>;
} {
  const functions = new Map<string, FunctionSpec>();
  const ignored = new Map<string, string>();
  const refused = new Map<string, string>();
  const unsettled = new Set<string>();
  const watched = new Map<string, readonly WatchedDirectory[]>();
  const uncovered = new Set<string>();
  const missing = new Map<string, CachedScan>();
  let retryAtMs: number | undefined;
  for (const [name, look] of looks) {
    if (look.isCovered !== true) uncovered.add(name);
    if ("watched" in look) watched.set(name, look.watched);
    switch (look.type) {
      case "none":
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
  for (const name of last.memories.keys()) {
    const type = looks.get(name)?.type;
    if (type === undefined || type === "none") isMissed(name);
  }
  return {
    scan: { functions, ignored, refused, unsettled, retryAtMs, watched, uncovered },
    missing,
  };

  /** Returns true if it was a function a moment ago and may come back at once. */
  function isMissed(name: string): boolean {
    const memory = last.memories.get(name);
    if (memory?.settled === undefined) return false;
    const goneAtMs = (memory.missingSinceMs ?? nowMs) + settleMs;
    if (nowMs >= goneAtMs) return false;
    unsettled.add(name);
    missing.set(name, { ...memory, missingSinceMs: goneAtMs - settleMs });
    retryAtMs = Math.min(retryAtMs ?? Infinity, goneAtMs);
    return true;
  }
}
