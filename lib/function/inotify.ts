import { type LinuxFiles, linuxFiles } from "../system/linux_files.ts";
import type { WatchedDirectory } from "./watched_directory.ts";
import type { NameChange } from "./write_activity.ts";

/** Event of a watched directory. */
export interface InotifyEvent {
  /** Number of the watch; -1 if events were lost. */
  readonly watch: number;
  /** The watch has ended: the directory was removed or its file system unmounted. */
  readonly isGone: boolean;
  /** The directory was moved, or a subdirectory was added or removed. */
  readonly isMoved: boolean;
  /** Name of the subdirectory that was added or removed. */
  readonly child: string | undefined;
  /** The subdirectory was moved to this place, with its content. */
  readonly isPlaced: boolean;
  /** Change of a file; `undefined` for directories, and if only a mode or a time has changed. */
  readonly change: NameChange | undefined;
}

/** Options of {@linkcode Inotify.add}. */
export interface InotifyOptions {
  /**
   * Ignore changes of mode and times, because the owner of a file can cause any number of them, even
   * in another user's directory.
   */
  readonly isOfOthers?: boolean;
}

/** An inotify instance of this process, see inotify(7). */
export interface Inotify extends Disposable {
  /**
   * Watches a directory without opening its files or following a link to it. Returns the number of
   * the watch, always the same for one directory; `undefined` if it does not exist.
   *
   * @throws {WatchLimitError} if the kernel's limit of watches is reached
   */
  readonly add: (directory: WatchedDirectory, options?: InotifyOptions) => number | undefined;
  readonly remove: (watch: number) => void;
  /** Waits for events or the signal; returns a limited number of events at a time. */
  readonly next: (signal: AbortSignal) => Promise<readonly InotifyEvent[]>;
}

/** A limit of inotify is reached; the message says which sysctl to raise. */
export class WatchLimitError extends Error {
  override readonly name = "WatchLimitError";
}

/** Source: linux/inotify.h. Without IN_ACCESS: the reads of a scan would cause the next scan. */
const IN_MODIFY = 0x2;
const IN_ATTRIB = 0x4;
const IN_CLOSE_WRITE = 0x8;
const IN_MOVED_FROM = 0x40;
const IN_MOVED_TO = 0x80;
const IN_CREATE = 0x100;
const IN_DELETE = 0x200;
const IN_DELETE_SELF = 0x400;
const IN_MOVE_SELF = 0x800;
const IN_IGNORED = 0x8000;
const IN_ISDIR = 0x40000000;
const IN_ONLYDIR = 0x1000000;
const IN_EXCL_UNLINK = 0x4000000;
const MOVED = IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE;
const MASK = IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE |
  IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

/** Some thousand events, which take about 1 ms to process. */
const BUFFER_BYTES = 64 * 1024;

/** Head of `struct inotify_event`: watch, mask, cookie, length of the name that follows. */
const HEAD_BYTES = 16;

/** Maximum wait, so that a process that forgot the disposal can still exit. */
const WAIT_MS = 10_000;

/**
 * Opens an inotify instance; returns `undefined` on other systems.
 *
 * @throws {WatchLimitError} if the user's limit of instances is reached
 */
export function openInotify(): Inotify | undefined {
  if (linuxFiles === undefined) return undefined;
  const files = linuxFiles;
  const inotify = files.openInotify();
  if (inotify < 0) {
    throw new WatchLimitError("too many inotify instances. Raise fs.inotify.max_user_instances");
  }
  const stop = files.openEvent();
  const buffer = new Uint8Array(BUFFER_BYTES);
  let waiting: Promise<void> | undefined;
  let isClosed = false;
  const close = (): void => {
    files.close(inotify);
    files.close(stop);
  };
  return {
    add: (directory, { isOfOthers = false } = {}) =>
      addWatch(files, { inotify, directory, mask: isOfOthers ? MASK & ~IN_ATTRIB : MASK }),
    remove: (watch) => files.removeWatch(inotify, watch),
    async next(signal) {
      const wake = (): void => files.raiseEvent(stop);
      signal.addEventListener("abort", wake, { once: true });
      try {
        while (!signal.aborted) {
          const length = files.read(inotify, buffer);
          if (length > 0) return parseEvents(buffer.subarray(0, length));
          // On another thread, for at most WAIT_MS.
          waiting = files.waitReadable([inotify, stop], WAIT_MS);
          await waiting;
          waiting = undefined;
        }
        return [];
      } finally {
        signal.removeEventListener("abort", wake);
      }
    },
    [Symbol.dispose]() {
      if (isClosed) return;
      isClosed = true;
      if (waiting === undefined) return close();
      // Close the descriptors only after poll(2) has returned: their numbers could be reused.
      files.raiseEvent(stop);
      void waiting.finally(close);
    },
  };
}

function addWatch(
  files: LinuxFiles,
  { inotify, directory: { root, path }, mask }: {
    readonly inotify: number;
    readonly directory: WatchedDirectory;
    readonly mask: number;
  },
): number | undefined {
  const encoder = new TextEncoder();
  const place = files.openDirectory(encoder.encode(root));
  if (place < 0) return undefined;
  const directory = files.openBelow(place, encoder.encode(path), { isPath: true });
  files.close(place);
  if (directory < 0) return undefined;
  // By its descriptor, so that a renamed or replaced directory can't be watched instead.
  const watch = files.addWatch(inotify, encoder.encode(`/proc/self/fd/${directory}`), mask);
  files.close(directory);
  if (watch >= 0) return watch;
  throw new WatchLimitError(
    "too many watched directories. Raise the sysctl fs.inotify.max_user_watches",
  );
}

/** Parses the events that read(2) returned. */
function parseEvents(bytes: Uint8Array<ArrayBuffer>): InotifyEvent[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: InotifyEvent[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
    const mask = view.getUint32(at + 4, true);
    const end = at + HEAD_BYTES + view.getUint32(at + 12, true);
    const isChild = (mask & IN_ISDIR) !== 0 && (mask & MOVED) !== 0;
    const kind = (mask & IN_ISDIR) === 0 ? kindOf(mask) : undefined;
    const readName = (): string => {
      // Padded with NUL.
      const name = bytes.subarray(at + HEAD_BYTES, end);
      return decoder.decode(name.subarray(0, name.indexOf(0)));
    };
    events.push({
      watch: view.getInt32(at, true),
      isGone: (mask & IN_IGNORED) !== 0,
      isMoved: isChild || (mask & (IN_MOVE_SELF | IN_DELETE_SELF)) !== 0,
      child: isChild ? readName() : undefined,
      isPlaced: isChild && (mask & IN_MOVED_TO) !== 0,
      // Without a name, it is about the watched directory itself.
      change: kind === undefined || end === at + HEAD_BYTES
        ? undefined
        : { name: readName(), kind },
    });
    at = end;
  }
  return events;
}

function kindOf(mask: number): NameChange["kind"] | undefined {
  if ((mask & IN_CREATE) !== 0) return "created";
  if ((mask & IN_MODIFY) !== 0) return "written";
  if ((mask & IN_CLOSE_WRITE) !== 0) return "closed";
  if ((mask & IN_MOVED_TO) !== 0) return "placed";
  return (mask & (IN_MOVED_FROM | IN_DELETE)) !== 0 ? "gone" : undefined;
}
