import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { type Inotify, type InotifyEvent, WatchLimitError } from "./inotify.ts";
import type { WatchedDirectory } from "./watched_directory.ts";

/** Watched directories and the folders that need them. */
export interface WatchTable {
  /**
   * Watches these directories, by folder, and no others. With `names`, changes only the watches of
   * these folders. Returns the folders with new watches, which must be scanned for changes before
   * the watch.
   */
  readonly follow: (
    watched: ReadonlyMap<string, readonly WatchedDirectory[]>,
    names?: ReadonlySet<string>,
  ) => Promise<ReadonlySet<string>>;
  /** Returns the folders that an event concerns. */
  readonly ownersOf: (event: InotifyEvent) => Iterable<string>;
  /** Returns true if all directories of a folder are watched. */
  readonly isWatched: (name: string) => boolean;
  /** Stops watching a folder, or allows it again. */
  readonly setMuted: (name: string, isMuted: boolean) => void;
  /** Handles that a folder of this name was added or removed. */
  readonly moved: (name: string) => void;
  /** Handles lost events: any directory may have been added or removed. */
  readonly lost: () => void;
}

/** Options of {@linkcode createWatchTable}. */
export interface WatchTableOptions {
  /** Maximum number of directories per folder; each takes about 1 KB of kernel memory. */
  readonly maxOfFolder: number;
  readonly maxInAll: number;
  readonly onWarning: (message: string) => void;
}

interface Folder {
  readonly directories: readonly WatchedDirectory[];
  /** Keys of the entries that this folder uses. */
  readonly keys: Set<string>;
  /** All directories of the folder are watched. */
  isSettled: boolean;
  /** Paths may lead to other directories than the watched ones. */
  isStale: boolean;
}

interface Entry {
  readonly watch: number;
  readonly owners: Set<string>;
}

const RESCANS = "Only rescans find changes in the others";

/** Creates an empty table of one inotify instance. */
export function createWatchTable(inotify: Inotify, options: WatchTableOptions): WatchTable {
  const folders = new Map<string, Folder>();
  const entries = new Map<string, Entry>();
  const keysOf = new Map<number, Set<string>>();
  const muted = new Set<string>();
  const warned = new Set<string>();
  let isFull = false;

  function warnOnce(about: string, message: string): void {
    if (!warned.has(about)) options.onWarning(message);
    warned.add(about);
  }

  function release(key: string, name: string): void {
    const entry = entries.get(key);
    entry?.owners.delete(name);
    if (entry !== undefined && entry.owners.size === 0) forget(key, entry);
  }

  function forget(key: string, { watch }: Entry): void {
    entries.delete(key);
    const keys = keysOf.get(watch);
    keys?.delete(key);
    if (keys?.size !== 0) return;
    keysOf.delete(watch);
    inotify.remove(watch);
    isFull = false;
  }

  function drop(name: string): void {
    for (const key of folders.get(name)?.keys ?? []) release(key, name);
    folders.delete(name);
  }

  /** Returns true if the watch is new, false if it existed, `undefined` if it is not possible. */
  function take(name: string, key: string, directory: WatchedDirectory): boolean | undefined {
    const known = entries.get(key);
    const isStale = folders.get(name)!.isStale;
    if (known !== undefined && !isStale) {
      const isNew = !known.owners.has(name);
      known.owners.add(name);
      return isNew;
    }
    if (known === undefined && isFull) return undefined;
    if (known === undefined && entries.size >= options.maxInAll) {
      warnOnce("\0all", `More than ${options.maxInAll} directories need a watch. ${RESCANS}`);
      return undefined;
    }
    const watch = inotify.add(directory);
    const owners = known?.owners ?? new Set();
    if (watch !== undefined && watch === known?.watch) {
      const isNew = !owners.has(name);
      owners.add(name);
      return isNew;
    }
    if (known !== undefined) forget(key, known);
    if (watch === undefined) {
      for (const owner of owners) folders.get(owner)!.isSettled = false;
      return undefined;
    }
    entries.set(key, { watch, owners: owners.add(name) });
    const keys = keysOf.get(watch) ?? new Set();
    keysOf.set(watch, keys.add(key));
    return true;
  }

  /** Returns true if there are new watches. */
  function settle(name: string, directories: readonly WatchedDirectory[]): boolean {
    const before = folders.get(name);
    const folder: Folder = {
      directories,
      keys: new Set(),
      isSettled: true,
      isStale: before?.isStale ?? false,
    };
    folders.set(name, folder);
    if (directories.length > options.maxOfFolder) {
      warnOnce(
        name,
        `"${name}" has more than ${options.maxOfFolder} directories to watch. ${RESCANS}`,
      );
    }
    let hasNew = false;
    for (const directory of directories.slice(0, options.maxOfFolder)) {
      const key = `${directory.root}\0${directory.path}`;
      const isNew = take(name, key, directory);
      if (isNew === undefined) folder.isSettled = false;
      else folder.keys.add(key);
      if (isNew) hasNew = true;
    }
    for (const key of before?.keys ?? []) if (!folder.keys.has(key)) release(key, name);
    folder.isStale = false;
    return hasNew;
  }

  return {
    async follow(watched, names) {
      const yieldToEventLoop = createYieldToEventLoop();
      const fresh = new Set<string>();
      for (const name of names ?? folders.keys()) if (!watched.has(name)) drop(name);
      for (const name of names ?? watched.keys()) {
        const directories = watched.get(name);
        if (directories === undefined) continue;
        const folder = folders.get(name);
        const isDone = folder?.directories === directories && folder.isSettled && !folder.isStale;
        if (isDone || muted.has(name)) continue;
        await yieldToEventLoop();
        try {
          if (settle(name, directories)) fresh.add(name);
        } catch (error) {
          if (!(error instanceof WatchLimitError)) throw error;
          drop(name);
          isFull = true;
          warnOnce(
            "\0limit",
            `Cannot watch "${name}": ${error.message}. Only rescans find changes`,
          );
        }
      }
      return fresh;
    },
    *ownersOf({ watch, isGone, isMoved }) {
      for (const key of keysOf.get(watch) ?? []) {
        const entry = entries.get(key)!;
        for (const name of entry.owners) {
          const folder = folders.get(name);
          if ((isGone || isMoved) && folder !== undefined) folder.isStale = true;
          yield name;
        }
        if (isGone) entries.delete(key);
      }
      if (isGone) keysOf.delete(watch);
    },
    isWatched(name) {
      const folder = folders.get(name);
      return folder !== undefined && folder.isSettled && !folder.isStale &&
        folder.directories.length <= options.maxOfFolder;
    },
    setMuted(name, isMuted) {
      if (!isMuted) muted.delete(name);
      else {
        muted.add(name);
        drop(name);
      }
    },
    moved(name) {
      const folder = folders.get(name);
      if (folder !== undefined) folder.isStale = true;
    },
    lost() {
      for (const folder of folders.values()) folder.isStale = true;
    },
  };
}
