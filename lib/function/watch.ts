import { sleep } from "../system/sleep.ts";
import { createFloodGate } from "./flood_gate.ts";
import { type Inotify, type InotifyEvent, openInotify } from "./inotify.ts";
import { createWatchTable, type WatchTable } from "./watch_table.ts";
import type { WatchedDirectory } from "./watched_directory.ts";

/** How {@linkcode watchFunctions} tells what it sees. */
export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Something may have changed in these folders, or in any; a scan tells what. */
  readonly onHint: (names: ReadonlySet<string> | "all") => void;
  /** Events can't be had, so that only rescans find changes; says why and what to do. */
  readonly onWarning: (message: string) => void;
  /** Time between two looks at the directory itself. */
  readonly pollMs?: number;
  /** Directories of one folder that are watched. */
  readonly maxOfFolder?: number;
}

/** A watch of the functions directory, until the signal aborts. */
export interface FunctionsWatch {
  /** Watches what the last scan has named. */
  readonly follow: (
    watched: ReadonlyMap<string, readonly WatchedDirectory[]>,
  ) => Promise<void>;
  readonly ended: Promise<void>;
}

/**
 * One folder's watches, and those of all: no folder takes the kernel's from the others, and to
 * begin them takes about two milliseconds.
 */
const MAX_OF_FOLDER = 128;
const MAX_IN_ALL = 32_768;

/** The watch of an event that says that events were lost. */
const LOST = -1;

/** Between two reads: what comes meanwhile, the kernel puts together, or says that it was lost. */
const PAUSE_MS = 10;

/**
 * Gives a hint whenever something that counts may have changed. Events are no truth: inotify(7) can
 * overflow, knows nothing of network file systems, and goes silent when a directory is replaced. So
 * the directory's own times are looked at as well, which one stat(2) tells, and a replaced one is
 * watched anew.
 *
 * `Deno.watchFs` is for other systems: it opens whatever appears, so that one pipe without a writer
 * holds its thread for ever and all folders go unseen; it follows links into trees of any size; and
 * it can't be closed then.
 */
export function watchFunctions(directory: string, options: WatchOptions): FunctionsWatch {
  const { signal, onHint, onWarning, pollMs = 200 } = options;
  let opened: OpenWatch | undefined;
  let watched: ReadonlyMap<string, readonly WatchedDirectory[]> = new Map();

  async function follow(): Promise<void> {
    const fresh = await opened?.table.follow(watched);
    if (fresh !== undefined && fresh.size > 0) onHint(fresh);
  }

  async function open(): Promise<void> {
    opened?.close.abort();
    opened = undefined;
    try {
      opened = await openWatch(directory, { ...options, onUnmuted: () => void follow() });
    } catch (error) {
      onWarning(
        `Cannot watch "${directory}": ${(error as Error).message}. Changes are found by rescans ` +
          "alone",
      );
    }
    await follow();
  }

  async function poll(): Promise<void> {
    let seen = await look(directory);
    await open();
    onHint("all");
    while (!signal.aborted) {
      await sleep(pollMs, signal);
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
    follow(next) {
      watched = next;
      return follow();
    },
    ended: poll(),
  };
}

interface OpenWatch {
  readonly table: WatchTable;
  readonly close: AbortController;
  readonly tick: () => void;
  readonly ended: Promise<void>;
}

async function openWatch(
  directory: string,
  { signal, onHint, onWarning, onUnmuted, maxOfFolder = MAX_OF_FOLDER }: WatchOptions & {
    readonly onUnmuted: () => void;
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
    const hinted = new Set<string>();
    const onlyOwners = new Map<number, string | undefined>();
    let isAny = false;
    for (const event of events) {
      const { watch, child, isGone, isMoved } = event;
      if (watch === rootWatch || watch === LOST) {
        isAny = true;
        if (watch === LOST) table.lost();
        if (child !== undefined) table.moved(child);
        continue;
      }
      if (isGone || isMoved || !onlyOwners.has(watch)) {
        const owners = [...table.ownersOf(event)];
        for (const name of owners) hinted.add(name);
        // What several folders share is not theirs.
        onlyOwners.set(watch, owners.length === 1 ? owners[0] : undefined);
      }
      const name = onlyOwners.get(watch);
      if (name !== undefined && gate.count(name)) table.setMuted(name, true);
    }
    if (isAny) onHint("all");
    else if (hinted.size > 0) onHint(hinted);
  }

  async function read(inotify: Inotify): Promise<void> {
    using _ = inotify;
    while (!isClosed.aborted) {
      take(await inotify.next(isClosed));
      await sleep(PAUSE_MS, isClosed);
    }
  }

  return {
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

/** The fallback for systems without inotify. */
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
  return { table: NO_TABLE, close, tick: () => {}, ended: forwardEvents(watcher, onHint) };
}

const NO_TABLE: WatchTable = {
  follow: () => Promise.resolve(new Set()),
  ownersOf: () => [],
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
  /** Which directory it is; empty when there is none. */
  readonly identity: string;
  readonly text: string;
}

async function look(directory: string): Promise<Sight> {
  try {
    const { dev, ino, mtime, ctime } = await Deno.stat(directory);
    const identity = `${dev}:${ino}`;
    return { identity, text: `${identity}:${mtime?.getTime()}:${ctime?.getTime()}` };
  } catch {
    return { identity: "", text: "" };
  }
}
