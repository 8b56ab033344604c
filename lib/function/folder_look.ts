import { dirname, join } from "node:path";
import { type AbsentFiles, passOverAbsent, stateOf } from "./absent_files.ts";
import { isAtRest } from "./at_rest.ts";
import type { Census } from "./census.ts";
import { asyncStat, type FileLook } from "./file_look.ts";
import { ENTRY_FILE } from "./layout.ts";
import { type Modules, NO_MODULES, sourceFiles, takeRevision } from "./revision.ts";
import { type SourceStamp, stampFiles } from "./source_state.ts";
import { stampTree } from "./tree_activity.ts";
import { watchedDirectories, type WatchedDirectory } from "./watched_directory.ts";

/** A function as it stands in the functions directory. */
export interface FunctionSpec {
  readonly name: string;
  /** Absolute path below the functions directory; may be a symbolic link. */
  readonly directory: string;
  /** The real path of that, with all links followed. */
  readonly place: string;
  /** The files that {@linkcode revision} is taken over. */
  readonly files: readonly string[];
  /** 64 hexadecimal digits. */
  readonly revision: string;
}

/** State of a function at the last look. */
export interface CachedScan {
  readonly modules: Modules | undefined;
  readonly files: readonly string[];
  readonly watched: Watched;
  readonly absent: AbsentFiles | undefined;
  /** Of the folder itself: it is another one when something has come or gone in it. */
  readonly state: string;
  readonly stamp: string;
  readonly firstSeenMs: number;
  /** Time at which it was first missing, after it had been there. */
  readonly missingSinceMs?: number;
  /** The last state at rest, which may be older than the last one seen. */
  readonly settled: { readonly stamp: string; readonly spec: FunctionSpec } | undefined;
}

/** Result of a look at a folder. */
export type FolderLook =
  | { readonly type: "none" }
  | { readonly type: "ignored"; readonly reason: string; readonly watched: Watched }
  /** It was or would be a function, and is too large. */
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

/** The directories in which a change may change what a look finds. */
type Watched = readonly WatchedDirectory[];

/** Options for a look at one folder. */
export interface FolderLookOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  readonly isLink: boolean;
  /** Real path of the functions directory. */
  readonly root: string;
  readonly settleMs: number;
  readonly nowMs: number;
  /** The modules of the function's graph, as far as a check has told. */
  readonly modules: Modules | undefined;
  readonly before: CachedScan | undefined;
  readonly look: FileLook;
  /** For files of all functions. */
  readonly shared: FileLook["stat"];
  /** An event told of a change. */
  readonly isHinted: boolean;
  readonly census: Census;
  /** Number of folders in the functions directory. */
  readonly folders: number;
}

/** Looks at one folder of the functions directory. No step of it grows with what the folder holds. */
export async function lookAtFolder(options: FolderLookOptions): Promise<FolderLook> {
  const { functionsDirectory, name, shared, before, nowMs, settleMs, modules } = options;
  const directory = join(functionsDirectory, name);
  // A link may lead to a file system of another kind.
  const look = options.isLink ? asyncStat : options.look;
  const folder = await look.stat(directory);
  const kind = kindOf(folder);
  if (folder === undefined || kind !== "directory") {
    return options.isLink ? brokenLink(kind) : { type: "none" };
  }
  const place = options.isLink ? await realPlace(directory) : `${options.root}/${name}`;
  const itself: Watched = [{ root: place, path: "." }];
  const entryPath = join(directory, ENTRY_FILE);
  const entry = look.stat(entryPath);
  const isEntry = kindOf(entry instanceof Promise ? await entry : entry) === "file";
  if (!isEntry) return { type: "ignored", reason: `it has no ${ENTRY_FILE}`, watched: itself };
  const absence = passOverAbsent(directory, {
    folder,
    before: before?.absent,
    own: (path) => path === entryPath ? entry : look.stat(path),
    deep: carefully(look, directory),
    elsewhere: shared,
  });
  const state = stateOf(folder);
  const files = filesOf(options);
  const stamp = await takeStamp(
    { directory, files, modules, isQuick: look.isQuick },
    absence.stat,
  );
  const { refusal, isOwed } = await options.census.ask(name, {
    directory,
    isChanged: options.isHinted || before?.state !== state ||
      before.settled?.stamp !== stamp.text,
    folders: options.folders,
  });
  if (refusal !== undefined) {
    return { type: "refused", reason: refusal, watched: itself, memory: before };
  }
  const isAsBefore = before?.files === files && before.watched[0]?.root === place &&
    modules?.isComplete === true;
  const watched = isAsBefore
    ? before.watched
    : watchedDirectories(files, { ...options, directory, place, tree: stamp.directories });
  // A clock that is set back must not make this wait until it has caught up.
  const firstSeenMs = before?.stamp === stamp.text ? Math.min(before.firstSeenMs, nowMs) : nowMs;
  const isSettled = isAtRest({ ...stamp, firstSeenMs, nowMs, settleMs });
  const settled = before?.settled;
  const memory = {
    modules,
    files,
    watched,
    absent: absence.found(),
    state,
    stamp: stamp.text,
    firstSeenMs,
    settled,
  };
  const isKnown = settled?.stamp === stamp.text;
  // What is new is taken up once it is counted.
  if (!isSettled || isOwed && !isKnown) {
    const retryAtMs = nowMs + settleMs;
    return { type: "arriving", retryAtMs, spec: settled?.spec, watched, memory };
  }
  if (isKnown && settled.spec.place === place) {
    return { type: "function", spec: settled.spec, watched, memory };
  }
  const revision = await takeRevision(functionsDirectory, name, modules ?? NO_MODULES);
  const spec = { name, directory, place, files, revision };
  return {
    type: "function",
    spec,
    watched,
    memory: { ...memory, settled: { stamp: stamp.text, spec } },
  };
}

/** One that is gone by now is where it seems to be; the next scan finds it missing. */
function realPlace(directory: string): Promise<string> {
  return Deno.realPath(directory).catch(() => directory);
}

/** Looks patiently at what is behind a link on the way, which may lead to any file system. */
function carefully(look: FileLook, directory: string): FileLook["stat"] {
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

/** The files of a function, those of the last time where its modules are the same. */
function filesOf(
  { before, functionsDirectory, name, modules = NO_MODULES }: FolderLookOptions,
): readonly string[] {
  if (before !== undefined && (before.modules ?? NO_MODULES) === modules) return before.files;
  return sourceFiles(functionsDirectory, name, modules);
}

interface Source {
  readonly directory: string;
  readonly files: readonly string[];
  readonly modules: Modules | undefined;
  readonly isQuick: boolean;
}

interface FolderStamp extends SourceStamp {
  /** Those of the whole tree, where all of it counts. */
  readonly directories: readonly string[];
}

async function takeStamp(
  { directory, files, modules, isQuick }: Source,
  stat: FileLook["stat"],
): Promise<FolderStamp> {
  const stamp = await stampFiles(files, { stat });
  const text = `${files.join("\0")}\0${stamp.text}`;
  if (modules?.isComplete) return { ...stamp, text, directories: [] };
  // Its modules are not all known, so the whole tree must be at rest.
  const tree = await stampTree(directory, { isQuick });
  // Behind a check that failed, the tree counts for the revision too, and before any, it does not.
  const verdict = modules === undefined ? "unchecked" : "incomplete";
  return {
    text: `${text}\0${tree.text}\0${verdict}`,
    changedAtMs: Math.max(stamp.changedAtMs, tree.changedAtMs),
    directories: tree.directories,
  };
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
