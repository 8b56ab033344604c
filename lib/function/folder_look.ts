import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { type AbsentFiles, passOverAbsent, stateOf } from "./absent_files.ts";
import { createEventCover } from "./event_cover.ts";
import type { Census } from "./census.ts";
import { isStaticEntry } from "../config/entry_names.ts";
import { fileIdentity } from "../system/file_identity.ts";
import type { ActivityLog } from "./activity_log.ts";
import { asyncStat, type FileLook, onceEach } from "./file_look.ts";
import { ENTRY_FILE } from "./layout.ts";
import { type Modules, NO_MODULES, sourceFiles, takeRevision, withWatched } from "./revision.ts";
import { type KnownFacts, scanEntry } from "./scan_entry.ts";
import { settleTime } from "./settle_time.ts";
import { type SourceStamp, stampFiles } from "./source_state.ts";
import { stampTree } from "./tree_activity.ts";
import { findWatchedFiles, NOTHING_WATCHED, type WatchedFiles } from "./watched_files.ts";
import { watchedDirectories, type WatchedDirectory } from "./watched_directory.ts";

/** A function as found in the functions directory. */
export interface FunctionSpec {
  readonly name: string;
  /** Absolute path below the functions directory; may be a symbolic link. */
  readonly directory: string;
  /** Real path of the directory. */
  readonly place: string;
  /** Files that {@linkcode revision} covers. */
  readonly files: readonly string[];
  /** 64 hexadecimal digits. */
  readonly revision: string;
}

/** State of a function at the last scan. */
export interface CachedScan {
  readonly modules: Modules | undefined;
  readonly files: readonly string[];
  readonly watched: Watched;
  /** Path of the entry, relative to the folder; the default one if the manifest's is wrong. */
  readonly entry: string;
  /** Directories of the folder that were read for the stamp. */
  readonly tree: readonly string[];
  readonly names: KnownNames;
  /** Changes when an entry of the folder is added or removed. */
  readonly state: string;
  readonly stamp: string;
  readonly firstSeenMs: number;
  /** Time at which it was first missing. */
  readonly missingSinceMs?: number;
  /** Last state in which the files had settled, which may be older than the last one seen. */
  readonly settled:
    | { readonly stamp: string; readonly empty: number; readonly spec: FunctionSpec }
    | undefined;
}

/** Files of a folder that the next scan need not look at or read again. */
export interface KnownNames {
  readonly absent: AbsentFiles | undefined;
  readonly facts: KnownFacts | undefined;
}

/** Result of {@linkcode lookAtFolder}. */
export type FolderLook = FolderFinding & {
  /** Events report each change of the folder. */
  readonly isCovered?: boolean;
};

type FolderFinding =
  | { readonly type: "none" }
  | {
    readonly type: "ignored";
    readonly reason: string;
    readonly watched: Watched;
    readonly names?: KnownNames;
  }
  /** It is a function, but too large. */
  | {
    readonly type: "refused";
    readonly reason: string;
    readonly watched: Watched;
    readonly memory: CachedScan | undefined;
  }
  | {
    readonly type: "arriving";
    readonly retryAtMs: number;
    readonly spec: FunctionSpec | undefined;
    readonly watched: Watched;
    readonly memory: CachedScan;
  }
  | {
    readonly type: "function";
    readonly spec: FunctionSpec;
    readonly watched: Watched;
    readonly memory: CachedScan;
  };

/** Directories in which a change can change the result. */
type Watched = readonly WatchedDirectory[];

/** Options of {@linkcode lookAtFolder}. */
export interface FolderLookOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  readonly isLink: boolean;
  /** It is a mount point, or contains some. */
  readonly isMounted: boolean;
  /** Device of the functions directory. */
  readonly device: number;
  /** Real path of the functions directory. */
  readonly root: string;
  readonly settleMs: number;
  /** Present time by a clock that never steps. */
  readonly nowMs: number;
  /** Present time by the host's clock. */
  readonly wallMs: number;
  /** Events of folders, if they are watched. */
  readonly log?: ActivityLog | undefined;
  /** Modules of the function's graph, if a check has found them. */
  readonly modules: Modules | undefined;
  readonly before: CachedScan | undefined;
  readonly names: KnownNames | undefined;
  /** Names of the files that make a folder a function. */
  readonly entries: readonly string[];
  readonly look: FileLook;
  /** For files that all functions share. */
  readonly shared: FileLook["stat"];
  /** An event reported a change. */
  readonly isHinted: boolean;
  readonly census: Census;
  /** Number of folders in the functions directory. */
  readonly folders: number;
}

/** Scans one folder. The cost does not depend on the number of other files in the folder. */
export async function lookAtFolder(options: FolderLookOptions): Promise<FolderLook> {
  const { functionsDirectory, name, shared, before, nowMs, settleMs, modules, log } = options;
  const directory = join(functionsDirectory, name);
  // A link may lead to another file system.
  const look = options.isLink ? asyncStat : options.look;
  const folder = await look.stat(directory);
  const kind = kindOf(folder);
  if (folder === undefined || kind !== "directory") {
    return options.isLink ? brokenLink(kind) : { type: "none", isCovered: true };
  }
  const place = options.isLink ? await realPlace(directory) : `${options.root}/${name}`;
  const itself: Watched = [{ root: place, path: "." }];
  const cover = createEventCover({ ...options, directory, place });
  const own = cover.follow(onceEach(look));
  const absence = passOverAbsent(directory, {
    folder,
    before: options.names?.absent,
    own,
    deep: cover.follow(statThroughLinks(look, directory)),
    elsewhere: cover.follow(shared),
  });
  const { choice, facts } = await scanEntry({
    directory,
    entries: options.entries,
    look: absence.stat,
    stat: own,
    known: options.names?.facts,
  });
  if (choice.type === "none") {
    const names = { absent: absence.found(), facts };
    return { type: "ignored", reason: choice.reason, watched: itself, names };
  }
  const entry = choice.type === "found" ? choice.entry : ENTRY_FILE;
  const state = stateOf(folder);
  const found = modules?.watch === undefined
    ? NOTHING_WATCHED
    : await findWatchedFiles(directory, modules.watch);
  const files = filesOf(options, { entry, found });
  const stamp = await takeStamp(
    {
      directory,
      found,
      files,
      modules,
      isQuick: look.isQuick,
      identity: isStaticEntry(entry) ? fileIdentity(folder) : "",
    },
    absence.stat,
  );
  const settled = before?.settled;
  const { refusal, isOwed } = await options.census.ask(name, {
    directory,
    isChanged: options.isHinted || before?.state !== state ||
      settled?.stamp !== stamp.text,
    folders: options.folders,
  });
  if (refusal !== undefined) {
    return { type: "refused", reason: refusal, watched: itself, memory: before };
  }
  const isAsBefore = before?.files === files && before.watched[0]?.root === place &&
    modules?.isComplete === true && isSameList(before.tree, stamp.directories);
  const watched = isAsBefore
    ? before.watched
    : watchedDirectories(files, { ...options, directory, place, tree: stamp.directories });
  // The stamp of a whole tree does not say which files it has seen.
  const isCovered = !options.isLink && !options.isMounted && look.isQuick &&
    folder.dev === options.device && modules?.isComplete === true && cover.isComplete(watched);
  const firstSeenMs = before?.stamp === stamp.text ? before.firstSeenMs : nowMs;
  const isKnown = settled?.stamp === stamp.text;
  const rest = isKnown || !look.isQuick ? undefined : log?.restOf(name, {
    nowMs,
    settleMs,
    isNew: settled === undefined,
    isEmptied: stamp.empty > (settled?.empty ?? 0),
  });
  const { wallMs } = options;
  const settledAtMs = settleTime({ ...stamp, firstSeenMs, nowMs, wallMs, settleMs, rest });
  const memory = {
    modules,
    files,
    watched,
    entry,
    tree: stamp.directories,
    names: { absent: absence.found(), facts },
    state,
    stamp: stamp.text,
    firstSeenMs,
    settled,
  };
  // New code is used only after its files were counted.
  const isUncounted = isOwed && !isKnown;
  if (settledAtMs > nowMs || isUncounted) {
    const retryAtMs = isUncounted ? nowMs + settleMs : settledAtMs;
    return { type: "arriving", retryAtMs, spec: settled?.spec, watched, memory };
  }
  log?.settled(name, { nowMs, settleMs, isTaken: !isKnown });
  if (isKnown && settled.spec.place === place) {
    return { type: "function", spec: settled.spec, watched, memory, isCovered };
  }
  const revision = await takeRevision(options, name, modules ?? NO_MODULES);
  const spec = { name, directory, place, files, revision };
  return {
    type: "function",
    spec,
    watched,
    isCovered,
    memory: { ...memory, settled: { stamp: stamp.text, empty: stamp.empty, spec } },
  };
}

/** Returns the path itself if the folder was removed meanwhile; the next scan finds it missing. */
function realPlace(directory: string): Promise<string> {
  return Deno.realPath(directory).catch(() => directory);
}

/** Uses asyncStat for files behind a link in the path, which may be on any file system. */
function statThroughLinks(look: FileLook, directory: string): FileLook["stat"] {
  if (!look.isQuick) return look.stat;
  let plain: Map<string, boolean> | undefined;
  const isPlain = (path: string): boolean => {
    plain ??= new Map([[directory, true]]);
    const known = plain.get(path);
    if (known !== undefined) return known;
    const is = isPlain(dirname(path)) && !(look.stat(path) instanceof Promise);
    plain.set(path, is);
    return is;
  };
  return (path) => (isPlain(dirname(path)) ? look : asyncStat).stat(path);
}

/** Returns the files of a function; the same array as before if nothing has changed. */
function filesOf(
  { before, functionsDirectory, name, modules = NO_MODULES }: FolderLookOptions,
  { entry, found }: { readonly entry: string; readonly found: WatchedFiles },
): readonly string[] {
  const isSame = before !== undefined && before.entry === entry &&
    (before.modules ?? NO_MODULES) === modules;
  if (isSame && modules.watch === undefined) return before.files;
  const files = withWatched(sourceFiles({ functionsDirectory, name, entry }, modules), found);
  return isSame && isSameList(files, before.files) ? before.files : files;
}

function isSameList(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}

interface Source {
  readonly directory: string;
  readonly found: WatchedFiles;
  readonly files: readonly string[];
  readonly modules: Modules | undefined;
  readonly isQuick: boolean;
  /** Identity of the folder, if that is part of the revision. */
  readonly identity: string;
}

interface FolderStamp extends SourceStamp {
  /** Directories of the whole tree, if all of it counts. */
  readonly directories: readonly string[];
}

async function takeStamp(
  { directory, found, files, modules, isQuick, identity }: Source,
  stat: FileLook["stat"],
): Promise<FolderStamp> {
  const stamp = await stampFiles(files, { stat });
  const text = `${files.join("\0")}\0${stamp.text}${identity}${found.isTooMany ? "!" : ""}`;
  if (modules?.isComplete) {
    return { ...stamp, text: digest(text), directories: found.directories };
  }
  // Its modules are not all known, so the whole tree must have settled.
  const tree = await stampTree(directory, { isQuick });
  // After a failed check, the tree is part of the revision; before the first check, it is not.
  const verdict = modules === undefined ? "unchecked" : "incomplete";
  return {
    ...stamp,
    text: digest(`${text}\0${tree.text}\0${verdict}`),
    changedAtMs: Math.max(stamp.changedAtMs, tree.changedAtMs),
    directories: tree.directories,
  };
}

/** The supervisor keeps it for each function, and the text grows with the number of files. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

function brokenLink(kind: Kind): FolderLook {
  if (kind === "file") return { type: "none" };
  const reason = "it is a symbolic link that leads to no directory";
  return { type: "ignored", reason, watched: [] };
}

type Kind = "directory" | "file" | "other" | "missing";

function kindOf(file: Deno.FileInfo | undefined): Kind {
  if (file === undefined) return "missing";
  return file.isDirectory ? "directory" : file.isFile ? "file" : "other";
}
