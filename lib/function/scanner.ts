import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { createCensus } from "./census.ts";
import { asyncStat, onceEach, syncStat } from "./file_look.ts";
import {
  type CachedScan,
  type FolderLook,
  type FunctionSpec,
  lookAtFolder,
} from "./folder_look.ts";
import { isOnLocalMount } from "./local_mount.ts";
import { judgeName } from "./name.ts";
import type { Modules } from "./revision.ts";
import type { WatchedDirectory } from "./watched_directory.ts";

/** What a scan of the functions directory found. */
export interface Scan {
  readonly functions: ReadonlyMap<string, FunctionSpec>;
  /** Directories that are not served, each with the reason. */
  readonly ignored: ReadonlyMap<string, string>;
  /**
   * Functions whose folders are too large, each with the reason: their running instances stay, and
   * new code is not loaded.
   */
  readonly refused: ReadonlyMap<string, string>;
  /**
   * Functions whose files are still being written, or that have just gone: what runs of them stays
   * as it is. Whoever replaces a folder by two renames leaves none there for a moment.
   */
  readonly unsettled: ReadonlySet<string>;
  /** When to look again because files are not at rest, in milliseconds since 1970. */
  readonly retryAtMs: number | undefined;
  /** By folder, the directories in which a change may change what the next scan finds. */
  readonly watched: ReadonlyMap<string, readonly WatchedDirectory[]>;
  /** By folder that was looked at, how long that took, in milliseconds. */
  readonly tookMs: ReadonlyMap<string, number>;
}

/** What a scanner needs to know. */
export interface ScannerOptions {
  readonly functionsDirectory: string;
  /** How long files must have been at rest. */
  readonly settleMs: number;
  /** The most entries of one folder's whole tree. */
  readonly maxFiles: number;
  /** The modules of a function's graph, as far as a check has told. */
  readonly modulesOf: (name: string) => Modules | undefined;
  /** Whether the directory answers at once; asked before each scan. */
  readonly isQuick?: (directory: string) => Promise<boolean>;
}

/** Looks at the functions directory and remembers what did not change. */
export interface Scanner {
  /**
   * Looks at all folders. With `only`, looks at the folders named there, at new ones, and at those
   * whose modules have changed.
   *
   * @throws {Deno.errors.NotFound} when the functions directory is gone
   */
  readonly scan: (nowMs: number, only?: ReadonlySet<string>) => Promise<Scan>;
}

/** Results of a scan so far. */
interface Findings {
  readonly looks: Map<string, FolderLook>;
  readonly memories: Map<string, CachedScan>;
}

/** A scanner of one functions directory. */
export function createScanner(options: ScannerOptions): Scanner {
  const { functionsDirectory, settleMs, modulesOf, isQuick = isOnLocalMount } = options;
  const census = createCensus(options);
  let entries: readonly Deno.DirEntry[] = [];
  let last: Findings = { looks: new Map(), memories: new Map() };

  return {
    async scan(nowMs, only) {
      const root = await Deno.realPath(functionsDirectory);
      const look = await isQuick(functionsDirectory) ? syncStat : asyncStat;
      const shared = onceEach(look);
      const breathe = createYieldToEventLoop();
      const next: Findings = { looks: new Map(), memories: new Map() };
      const tookMs = new Map<string, number>();
      let startedMs = performance.now();
      if (only === undefined) entries = await readCandidates(functionsDirectory);
      for (const { name, isSymlink } of entries) {
        const pause = breathe();
        if (pause !== undefined) {
          await pause;
          startedMs = performance.now();
        }
        const verdict = judgeName(name);
        if (verdict.type === "reserved") continue;
        const before = last.memories.get(name);
        const modules = modulesOf(name);
        const known = last.looks.get(name);
        const isKnown = only !== undefined && known !== undefined && !only.has(name) &&
          before?.modules === modules && !isOver(known, nowMs);
        const found: FolderLook = isKnown
          ? known
          : verdict.type === "refused"
          ? { type: "ignored", reason: verdict.reason, watched: [] }
          : await lookAtFolder({
            ...options,
            name,
            isLink: isSymlink,
            root,
            nowMs,
            modules,
            before,
            look,
            shared,
            census,
            isHinted: only?.has(name) === true,
            folders: entries.length,
          });
        if (!isKnown) {
          const endedMs = performance.now();
          tookMs.set(name, endedMs - startedMs);
          startedMs = endedMs;
        }
        next.looks.set(name, found);
        if ("memory" in found && found.memory !== undefined) next.memories.set(name, found.memory);
      }
      census.keep(next.looks);
      const { scan, missing } = sumUp(next.looks, { last, nowMs, settleMs });
      for (const [name, memory] of missing) next.memories.set(name, memory);
      last = next;
      return { ...scan, tookMs };
    },
  };
}

/** Whether it is time to look again. */
function isOver(look: FolderLook, nowMs: number): boolean {
  return look.type === "arriving" && nowMs >= look.retryAtMs;
}

async function readCandidates(directory: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return entries
    .filter((entry) => entry.isDirectory || entry.isSymlink)
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

interface SumOptions {
  readonly last: Findings;
  readonly nowMs: number;
  readonly settleMs: number;
}

/** Makes a scan of the looks, and of what is not there any more. */
function sumUp(
  looks: ReadonlyMap<string, FolderLook>,
  { last, nowMs, settleMs }: SumOptions,
): { readonly scan: Omit<Scan, "tookMs">; readonly missing: ReadonlyMap<string, CachedScan> } {
  const functions = new Map<string, FunctionSpec>();
  const ignored = new Map<string, string>();
  const refused = new Map<string, string>();
  const unsettled = new Set<string>();
  const watched = new Map<string, readonly WatchedDirectory[]>();
  const missing = new Map<string, CachedScan>();
  let retryAtMs: number | undefined;
  for (const [name, look] of looks) {
    if ("watched" in look) watched.set(name, look.watched);
    switch (look.type) {
      case "none":
        break;
      case "ignored":
        // One that was a function a moment ago counts as missing, and for how long.
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
    scan: { functions, ignored, refused, unsettled, retryAtMs, watched },
    missing,
  };

  /** Whether it was a function a moment ago, so that it may be back at once. */
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
