import { type LinuxFiles, linuxFiles } from "../system/linux_files.ts";
import type { WatchedDirectory } from "./watched_directory.ts";

/** Event of a watched directory. */
export interface InotifyEvent {
  /** The number of the watch; -1 when events were lost. */
  readonly watch: number;
  /** The watch has ended: the directory or its file system is gone. */
  readonly isGone: boolean;
  /** The directory itself went elsewhere, or one in it came or went: names lead elsewhere now. */
  readonly isMoved: boolean;
  /** The directory in it that came or went. */
  readonly child: string | undefined;
}

/** Options for watching a directory. */
export interface InotifyOptions {
  /**
   * Ignore changes of mode and times: the owner of a file can make any number of them, even in
   * another user's directory.
   */
  readonly isOfOthers?: boolean;
}

/** An inotify instance of this process, see inotify(7). */
export interface Inotify extends Disposable {
  /**
   * Watches a directory, without opening what is in it and without following a link to it. Gives
   * the number of the watch, which is the same for the same directory, or nothing where there is
   * none.
   *
   * @throws {WatchLimitError} when the kernel's limit of watches is reached
   */
  readonly add: (directory: WatchedDirectory, options?: InotifyOptions) => number | undefined;
  readonly remove: (watch: number) => void;
  /** Events that have come, a bounded number at a time; waits for the first, or the signal. */
  readonly next: (signal: AbortSignal) => Promise<readonly InotifyEvent[]>;
}

/** The limit of watched directories is reached; the message says which limit to raise. */
export class WatchLimitError extends Error {
  override readonly name = "WatchLimitError";
}

/** linux/inotify.h. Reading a file is no change: a scan's own reads would call for the next one. */
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

/** Some thousand events, which are gone through in about a millisecond. */
const BUFFER_BYTES = 64 * 1024;

/** `struct inotify_event`: watch, mask, cookie, length of the name that follows. */
const HEAD_BYTES = 16;

/** A wait ends at times, so that a process which forgets to dispose of this one can end. */
const WAIT_MS = 10_000;

/**
 * Opens an inotify instance; `undefined` where there are none.
 *
 * @throws {WatchLimitError} when the user has too many of them
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
          // On another thread, which it holds no longer than this.
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
      // A descriptor that is waited for must not become another file's meanwhile.
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
  // By its descriptor it is this very directory, whatever has become of its name.
  const watch = files.addWatch(inotify, encoder.encode(`/proc/self/fd/${directory}`), mask);
  files.close(directory);
  if (watch >= 0) return watch;
  throw new WatchLimitError("too many directories. Raise the sysctl fs.inotify.max_user_watches");
}

/** The events in what read(2) gave. */
export function parseEvents(bytes: Uint8Array<ArrayBuffer>): InotifyEvent[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: InotifyEvent[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
    const mask = view.getUint32(at + 4, true);
    const end = at + HEAD_BYTES + view.getUint32(at + 12, true);
    const isChild = (mask & IN_ISDIR) !== 0 && (mask & MOVED) !== 0;
    // Padded with NUL.
    const name = bytes.subarray(at + HEAD_BYTES, end);
    events.push({
      watch: view.getInt32(at, true),
      isGone: (mask & IN_IGNORED) !== 0,
      isMoved: isChild || (mask & (IN_MOVE_SELF | IN_DELETE_SELF)) !== 0,
      child: isChild ? decoder.decode(name.subarray(0, name.indexOf(0))) : undefined,
    });
    at = end;
  }
  return events;
}
