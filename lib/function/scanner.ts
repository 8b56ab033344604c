import { join } from "node:path";
import { changeTimeMs } from "./change_time.ts";
import { createBreath } from "../system/breath.ts";
import { type FileLook, onceEach, patientLook, quickLook } from "./file_look.ts";
import { ENTRY_FILE } from "./layout.ts";
import { isOnLocalMount } from "./local_mount.ts";
import { judgeName } from "./name.ts";
import { type Modules, NO_MODULES, sourceFiles, takeRevision } from "./revision.ts";
import { type SourceStamp, stampFiles, type StampOptions } from "./source_state.ts";
import { stampTree } from "./tree_activity.ts";

/** A function as it stands in the functions directory. */
export interface FunctionSpec {
  readonly name: string;
  /** Absolute path below the functions directory; may be a symbolic link. */
  readonly directory: string;
  /** Where that really is, with all links followed. */
  readonly place: string;
  /** The files that {@linkcode revision} is taken over. */
  readonly files: readonly string[];
  /** 64 hexadecimal digits. */
  readonly revision: string;
}

/** What a scan of the functions directory found. */
export interface Scan {
  readonly functions: ReadonlyMap<string, FunctionSpec>;
  /** Directories that are not served, each with the reason. */
  readonly ignored: ReadonlyMap<string, string>;
  /**
   * Functions whose files are still being written, or that have just gone: what runs of them stays
   * as it is. Whoever replaces a folder by two renames leaves none there for a moment.
   */
  readonly arriving: ReadonlySet<string>;
  /** When to look again because files are not at rest, in milliseconds since 1970. */
  readonly retryAtMs: number | undefined;
}

/** What a scanner needs to know. */
export interface ScannerOptions {
  readonly functionsDirectory: string;
  /** How long files must have been at rest. */
  readonly quietMs: number;
  /** The modules of a function's graph, as far as a check has told. */
  readonly modulesOf: (name: string) => Modules | undefined;
  /** Whether the directory answers at once; asked before each scan. */
  readonly isQuick?: (directory: string) => Promise<boolean>;
}

/** Looks at the functions directory and remembers what did not change. */
export interface Scanner {
  /** @throws {Deno.errors.NotFound} when the functions directory is gone */
  readonly scan: (nowMs: number) => Promise<Scan>;
}

/** What was seen of a function the last time. */
interface Memory {
  readonly modules: Modules | undefined;
  readonly files: readonly string[];
  readonly names: FolderNames | undefined;
  readonly stamp: string;
  readonly firstSeenMs: number;
  /** When it was first found missing, after it had been there. */
  readonly missingSinceMs?: number;
  /** The last state at rest, which may be older than the last one seen. */
  readonly settled: { readonly stamp: string; readonly spec: FunctionSpec } | undefined;
}

type Look =
  | { readonly type: "ignored"; readonly reason: string }
  | {
    readonly type: "arriving";
    readonly retryAtMs: number;
    readonly spec?: FunctionSpec;
  }
  | { readonly type: "function"; readonly spec: FunctionSpec };

/** A scanner of one functions directory. */
export function createScanner(options: ScannerOptions): Scanner {
  const { functionsDirectory, isQuick = isOnLocalMount } = options;
  let memories = new Map<string, Memory>();

  return {
    async scan(nowMs) {
      const kept = new Map<string, Memory>();
      const functions = new Map<string, FunctionSpec>();
      const ignored = new Map<string, string>();
      const arriving = new Set<string>();
      const missing = new Map<string, string | undefined>();
      let retryAtMs: number | undefined;
      const root = await Deno.realPath(functionsDirectory);
      const look = await isQuick(functionsDirectory) ? quickLook : patientLook;
      const shared = onceEach(look);
      const breathe = createBreath();
      for (const entry of await readCandidates(functionsDirectory)) {
        await breathe();
        const verdict = judgeName(entry.name);
        if (verdict.type === "reserved") continue;
        const found = verdict.type === "refused"
          ? { type: "ignored" as const, reason: verdict.reason }
          : await lookAt(entry, {
            ...options,
            root,
            nowMs,
            before: memories.get(entry.name),
            kept,
            // A link may lead to a file system of another kind.
            look: entry.isSymlink ? patientLook : look,
            shared,
          });
        if (found === undefined) continue;
        switch (found.type) {
          case "ignored":
            // One that was a function a moment ago counts as missing, and for how long.
            if (memories.get(entry.name)?.settled === undefined) {
              ignored.set(entry.name, found.reason);
            } else missing.set(entry.name, found.reason);
            break;
          case "arriving":
            arriving.add(entry.name);
            if (found.spec !== undefined) functions.set(entry.name, found.spec);
            retryAtMs = Math.min(retryAtMs ?? Infinity, found.retryAtMs);
            break;
          case "function":
            functions.set(entry.name, found.spec);
            break;
          default:
            found satisfies never;
        }
      }
      for (const name of memories.keys()) {
        if (!kept.has(name) && !ignored.has(name) && !missing.has(name)) {
          missing.set(name, undefined);
        }
      }
      for (const [name, reason] of missing) {
        const memory = memories.get(name)!;
        const goneAtMs = (memory.missingSinceMs ?? nowMs) + options.quietMs;
        if (memory.settled !== undefined && nowMs < goneAtMs) {
          arriving.add(name);
          kept.set(name, { ...memory, missingSinceMs: goneAtMs - options.quietMs });
          retryAtMs = Math.min(retryAtMs ?? Infinity, goneAtMs);
        } else if (reason !== undefined) ignored.set(name, reason);
      }
      memories = kept;
      return { functions, ignored, arriving, retryAtMs };
    },
  };
}

async function readCandidates(directory: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return entries
    .filter((entry) => entry.isDirectory || entry.isSymlink)
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

interface LookOptions extends ScannerOptions {
  /** Where the functions directory really is. */
  readonly root: string;
  readonly nowMs: number;
  readonly before: Memory | undefined;
  readonly kept: Map<string, Memory>;
  readonly look: FileLook;
  /** For files of all functions. */
  readonly shared: FileLook["stat"];
}

async function lookAt(entry: Deno.DirEntry, options: LookOptions): Promise<Look | undefined> {
  const { shared, before, nowMs, quietMs } = options;
  const look = { ...options.look, stat: onceEach(options.look) };
  const directory = join(options.functionsDirectory, entry.name);
  const folder = await look.stat(directory);
  const kind = kindOf(folder);
  if (kind !== "directory") {
    return entry.isSymlink ? brokenLink(kind) : undefined;
  }
  const names = namesOf(directory, { look, folder, before });
  const entryFile = join(directory, ENTRY_FILE);
  const hasEntry = names?.names.has(ENTRY_FILE) !== false &&
    kindOf(await look.stat(entryFile)) === "file";
  if (!hasEntry) {
    return { type: "ignored", reason: `it has no ${ENTRY_FILE}` };
  }
  const modules = options.modulesOf(entry.name);
  const files = filesOf(entry.name, modules ?? NO_MODULES, options);
  const own = `${directory}/`;
  const stamp = await takeStamp({ directory, files, modules }, {
    stat: (path) => path.startsWith(own) ? look.stat(path) : shared(path),
    isAbsent: (path) =>
      names !== undefined && path.startsWith(own) && path.lastIndexOf("/") === own.length - 1 &&
      !names.names.has(path.slice(own.length)),
  });
  // A clock that is set back must not make this wait until it has caught up.
  const firstSeenMs = before?.stamp === stamp.text ? Math.min(before.firstSeenMs, nowMs) : nowMs;
  const isSettled = isAtRest({ ...stamp, firstSeenMs, nowMs, quietMs });
  const settled = before?.settled;
  const kept = { modules, files, names, stamp: stamp.text, firstSeenMs, settled };
  options.kept.set(entry.name, kept);
  if (!isSettled) {
    const spec = before?.settled?.spec;
    const retryAtMs = nowMs + quietMs;
    return { type: "arriving", retryAtMs, ...(spec === undefined ? {} : { spec }) };
  }
  const place = entry.isSymlink ? await realPlace(directory) : `${options.root}/${entry.name}`;
  if (before?.settled?.stamp === stamp.text && before.settled.spec.place === place) {
    return { type: "function", spec: before.settled.spec };
  }
  const revision = await takeRevision(
    options.functionsDirectory,
    entry.name,
    modules ?? NO_MODULES,
  );
  const spec = { name: entry.name, directory, place, files, revision };
  options.kept.set(entry.name, { ...kept, settled: { stamp: stamp.text, spec } });
  return { type: "function", spec };
}

/** One that is gone by now is where it seems to be; the next scan finds it missing. */
function realPlace(directory: string): Promise<string> {
  return Deno.realPath(directory).catch(() => directory);
}

/** The names in a folder, and the folder's state that they were read at. */
interface FolderNames {
  readonly names: ReadonlySet<string>;
  readonly state: string;
}

/** A change within this time of a look may have the same time as what was seen. */
const RACY_MS = 2_000;

/** The names in a folder; those of the last time where nothing has come or gone since. */
function namesOf(
  directory: string,
  { look, folder, before }: {
    readonly look: FileLook;
    readonly folder: Deno.FileInfo | undefined;
    readonly before: Memory | undefined;
  },
): FolderNames | undefined {
  const isOld = folder !== undefined && Date.now() - changeTimeMs(folder) > RACY_MS;
  const state = isOld ? `${folder.dev}:${folder.ino}:${folder.mtime?.getTime()}` : "";
  if (state !== "" && before?.names?.state === state) return before.names;
  const names = look.names(directory);
  return names && { names, state };
}

/** The files of a function, those of the last time where its modules are the same. */
function filesOf(
  name: string,
  modules: Modules,
  { before, functionsDirectory }: LookOptions,
): readonly string[] {
  if (before !== undefined && (before.modules ?? NO_MODULES) === modules) return before.files;
  return sourceFiles(functionsDirectory, name, modules);
}

interface Source {
  readonly directory: string;
  readonly files: readonly string[];
  readonly modules: Modules | undefined;
}

async function takeStamp(
  { directory, files, modules }: Source,
  look: StampOptions,
): Promise<SourceStamp> {
  const stamp = await stampFiles(files, look);
  const text = `${files.join("\0")}\0${stamp.text}`;
  if (modules?.isComplete) return { ...stamp, text };
  // Its modules are not all known, so the whole tree must be at rest.
  const tree = await stampTree(directory);
  // Behind a check that failed, the tree counts for the revision too, and before any, it does not.
  const verdict = modules === undefined ? "unchecked" : "incomplete";
  return {
    text: `${text}\0${tree.text}\0${verdict}`,
    changedAtMs: Math.max(stamp.changedAtMs, tree.changedAtMs),
  };
}

/** What {@linkcode isAtRest} goes by; times in milliseconds since 1970. */
export interface RestOptions {
  /** Time of the last change by the file system's clock, which may not be ours. */
  readonly changedAtMs: number;
  /** When this state was first seen by our clock. */
  readonly firstSeenMs: number;
  readonly nowMs: number;
  readonly quietMs: number;
}

/** Whether files have been left alone for long enough, by either clock. */
export function isAtRest(options: RestOptions): boolean {
  const { changedAtMs, firstSeenMs, nowMs, quietMs } = options;
  const ageMs = nowMs - changedAtMs;
  return ageMs >= quietMs || nowMs - firstSeenMs >= quietMs;
}

function brokenLink(kind: Kind): Look | undefined {
  if (kind === "file") return undefined;
  return { type: "ignored", reason: "it is a symbolic link that leads to no directory" };
}

type Kind = "directory" | "file" | "other" | "missing";

function kindOf(file: Deno.FileInfo | undefined): Kind {
  if (file === undefined) return "missing";
  return file.isDirectory ? "directory" : file.isFile ? "file" : "other";
}
