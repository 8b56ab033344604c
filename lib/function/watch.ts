import { fileIdentity } from "../system/file_identity.ts";
import { sleep } from "../system/sleep.ts";
import { steadyNow } from "../system/steady_clock.ts";
import type { ActivityLog } from "./activity_log.ts";
import { createFloodGate } from "./flood_gate.ts";
import { type Inotify, type InotifyEvent, openInotify } from "./inotify.ts";
import { mergeMap } from "./merge_findings.ts";
import { createWatchTable, type WatchTable } from "./watch_table.ts";
import type { WatchedDirectory } from "./watched_directory.ts";

/** Options of {@linkcode watchFunctions}. */
export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Called when these folders, or any, may have changed; a scan finds out what. */
  readonly onHint: (names: ReadonlySet<string> | "all") => void;
  /** Called if directories can't be watched; says why and what to do. */
  readonly onWarning: (message: string) => void;
  /** Receives what events tell about folders; nothing does when left out. */
  readonly log?: ActivityLog | undefined;
  /** Interval between two checks of the directory itself. */
  readonly pollMs?: number;
  /** Returns true if events report each change of the directory itself; false if left out. */
  readonly isCalm?: () => boolean;
  /** Maximum number of watched directories per folder. */
  readonly maxOfFolder?: number;
}

/** A watch of the functions directory, until the signal aborts. */
export interface FunctionsWatch {
  /** Watches the directories that a scan returned, of all folders or of those with these names. */
  readonly follow: (
    watched: ReadonlyMap<string, readonly WatchedDirectory[]>,
    names?: ReadonlySet<string>,
  ) => Promise<void>;
  /** The directory itself is watched. */
  readonly isOpen: () => boolean;
  /** Returns true if all directories of a folder are watched. */
  readonly isWatched: (name: string) => boolean;
  readonly ended: Promise<void>;
}

/**
 * Maximum number of watches per folder and in total, so that no folder uses up the kernel's limit.
 * 128 watches take about 2 ms to add.
 */
const MAX_OF_FOLDER = 128;
const MAX_IN_ALL = 32_768;

/** Watch number of the event IN_Q_OVERFLOW: events were lost. */
const LOST = -1;

/** Checks of the directory itself are rarer by this factor where events report its changes. */
const CALM_FACTOR = 5;

/** Pause between two reads, in which the kernel merges equal events. */
const PAUSE_MS = 10;

/**
 * Watches the functions directory and calls `onHint` when folders may have changed. Events are not
 * reliable: inotify(7) can overflow, does not see changes on network file systems, and reports
 * nothing after a directory is replaced. So this also polls the directory's own times with stat(2),
 * and watches a replaced directory again.
 *
 * `Deno.watchFs` serves only other systems: it opens each new file, so a pipe without a writer blocks
 * its thread forever and it misses all other changes; it also follows links into large trees.
 */
export function watchFunctions(directory: string, options: WatchOptions): FunctionsWatch {
  const { signal, onHint, onWarning, pollMs = 200, isCalm = () => false } = options;
  let wake = new AbortController();
  let opened: OpenWatch | undefined;
  const watched = new Map<string, readonly WatchedDirectory[]>();

  async function follow(names?: ReadonlySet<string>): Promise<void> {
    const fresh = await opened?.table.follow(watched, names);
    if (fresh !== undefined && fresh.size > 0) onHint(fresh);
  }

  async function open(): Promise<void> {
    opened?.close.abort();
    opened = undefined;
    try {
      opened = await openWatch(directory, {
        ...options,
        onUnmuted: () => void follow(),
        onMoved: () => wake.abort(),
      });
    } catch (error) {
      onWarning(
        `Cannot watch "${directory}": ${(error as Error).message}. Only rescans find changes`,
      );
    }
    await follow();
  }

  async function poll(): Promise<void> {
    let seen = await look(directory);
    await open();
    onHint("all");
    while (!signal.aborted) {
      wake = new AbortController();
      const isQuiet = opened?.isInotify === true && seen.identity !== "" && isCalm();
      const woken = AbortSignal.any([signal, wake.signal]);
      await sleep(isQuiet ? CALM_FACTOR * pollMs : pollMs, woken);
      opened?.tick();
      const now = await look(directory);
      if (now.text === seen.text) continue;
      if (now.identity !== seen.identity && now.identity !== "") await open();
      seen = now;
      onHint("all");
    }
    opened?.close.abort();
    await opened?.ended;
  }

  return {
    follow(next, names) {
      mergeMap(watched, next, names);
      return follow(names);
    },
    isOpen: () => opened?.isInotify === true,
    isWatched: (name) => opened?.table.isWatched(name) === true,
    ended: poll(),
  };
}

interface OpenWatch {
  readonly isInotify: boolean;
  readonly table: WatchTable;
  readonly close: AbortController;
  readonly tick: () => void;
  readonly ended: Promise<void>;
}

async function openWatch(
  directory: string,
  { signal, onHint, onWarning, onUnmuted, onMoved, log, maxOfFolder = MAX_OF_FOLDER }:
    & WatchOptions
    & {
      readonly onUnmuted: () => void;
      /** The directory itself was moved, removed or unmounted. */
      readonly onMoved: () => void;
    },
): Promise<OpenWatch> {
  const close = new AbortController();
  const isClosed = AbortSignal.any([signal, close.signal]);
  const inotify = openInotify();
  if (inotify === undefined) return watchOtherwise(directory, { isClosed, close, onHint });
  const table = createWatchTable(inotify, { maxOfFolder, maxInAll: MAX_IN_ALL, onWarning });
  const gate = createFloodGate();
  const root = await Deno.realPath(directory);
  const rootWatch = inotify.add({ root, path: "." }, { isOfOthers: true });

  function take(events: readonly InotifyEvent[]): void {
    const nowMs = steadyNow();
    const hinted = new Set<string>();
    const onlyOwners = new Map<number, string | undefined>();
    let isAny = false;
    for (const event of events) {
      const { watch, child, isGone, isMoved } = event;
      if (watch === rootWatch || watch === LOST) {
        isAny = true;
        if (watch === LOST) table.lost();
        else if (isGone || isMoved && child === undefined) onMoved();
        if (child !== undefined) table.moved(child);
        noteInRoot(event, nowMs);
        continue;
      }
      if (isGone || isMoved || !onlyOwners.has(watch)) {
        const owners = [...table.ownersOf(event)];
        for (const name of owners) {
          hinted.add(name);
          if (owners.length > 1) log?.vague(name, nowMs);
        }
        // Events of a shared directory do not count against one folder.
        onlyOwners.set(watch, owners.length === 1 ? owners[0] : undefined);
      }
      const name = onlyOwners.get(watch);
      if (name === undefined) continue;
      noteInFolder(name, event, nowMs);
      if (!gate.count(name)) continue;
      table.setMuted(name, true);
      log?.forget(name);
    }
    if (isAny) onHint("all");
    else if (hinted.size > 0) onHint(hinted);
  }

  /** Notes an event of the functions directory itself. */
  function noteInRoot({ watch, child, isPlaced, change }: InotifyEvent, nowMs: number): void {
    if (watch === LOST || change !== undefined) log?.vagueAll(nowMs);
    else if (child !== undefined && isPlaced) log?.placed(child, nowMs);
    else if (child !== undefined) log?.vague(child, nowMs);
  }

  /** Notes an event of a directory that belongs to one folder. */
  function noteInFolder(
    name: string,
    { watch, isMoved, change }: InotifyEvent,
    nowMs: number,
  ): void {
    // The watches of a folder that was just replaced are those of the old one.
    if (!table.isWatched(name) && log?.isPlaced(name)) return;
    if (isMoved || !table.isWatched(name)) log?.vague(name, nowMs);
    else if (change !== undefined) {
      log?.note(name, { ...change, name: `${watch}/${change.name}` }, nowMs);
    }
  }

  async function read(inotify: Inotify): Promise<void> {
    using _ = inotify;
    while (!isClosed.aborted) {
      take(await inotify.next(isClosed));
      await sleep(PAUSE_MS, isClosed);
    }
  }

  return {
    isInotify: rootWatch !== undefined,
    table,
    close,
    tick() {
      const over = gate.tick();
      for (const name of over) table.setMuted(name, false);
      if (over.length > 0) onUnmuted();
    },
    ended: read(inotify),
  };
}

/** Fallback for systems without inotify. */
function watchOtherwise(
  directory: string,
  { isClosed, close, onHint }: {
    readonly isClosed: AbortSignal;
    readonly close: AbortController;
    readonly onHint: WatchOptions["onHint"];
  },
): OpenWatch {
  if (Deno.build.os === "linux") {
    throw new Error("the kernel or its C library has no openat2(2). Use Linux 5.6 or later");
  }
  const watcher = Deno.watchFs(directory, { recursive: true });
  isClosed.addEventListener("abort", () => watcher.close(), { once: true });
  return {
    isInotify: false,
    table: NO_TABLE,
    close,
    tick: () => {},
    ended: forwardEvents(watcher, onHint),
  };
}

const NO_TABLE: WatchTable = {
  follow: () => Promise.resolve(new Set()),
  ownersOf: () => [],
  isWatched: () => false,
  setMuted: () => {},
  moved: () => {},
  lost: () => {},
};

async function forwardEvents(
  watcher: Deno.FsWatcher,
  onHint: WatchOptions["onHint"],
): Promise<void> {
  for await (const event of watcher) if (event.kind !== "access") onHint("all");
}

interface Sight {
  /** Identity of the directory; empty if it does not exist. */
  readonly identity: string;
  readonly text: string;
}

async function look(directory: string): Promise<Sight> {
  try {
    const info = await Deno.stat(directory);
    const identity = fileIdentity(info);
    return { identity, text: `${identity}:${info.mtime?.getTime()}:${info.ctime?.getTime()}` };
  } catch {
    return { identity: "", text: "" };
  }
}
