import { sleep } from "../system/sleep.ts";

/** How {@linkcode watchFunctions} tells what it sees. */
export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Something may have changed; a scan tells what. */
  readonly onHint: () => void;
  /** Events can't be had, so that only rescans find changes; says why and what to do. */
  readonly onWarning: (message: string) => void;
  /** Time between two looks at the directory itself. */
  readonly pollMs?: number;
}

/**
 * Gives a hint whenever something below `directory` may have changed, until the signal aborts.
 * Events are no truth: inotify(7) follows no symbolic link, can overflow, and goes silent when the
 * directory is replaced. So the directory's own times are looked at as well, which one stat(2)
 * tells, and a replaced directory is watched anew.
 */
export async function watchFunctions(directory: string, options: WatchOptions): Promise<void> {
  const { signal, onHint, pollMs = 200 } = options;
  let seen = await look(directory);
  openWatch(directory, options);
  while (!signal.aborted) {
    await sleep(pollMs, signal);
    const now = await look(directory);
    if (now.text === seen.text) continue;
    if (now.identity !== seen.identity && now.identity !== "") openWatch(directory, options);
    seen = now;
    onHint();
  }
}

/**
 * Watches until the process ends. A watcher is never closed: it opens what appears, so that a pipe
 * without a writer holds its thread for ever, and closing it would hold the main thread too.
 */
function openWatch(directory: string, options: WatchOptions): void {
  try {
    void forwardEvents(Deno.watchFs(directory, { recursive: true }), options);
  } catch (error) {
    options.onWarning(
      `Cannot watch "${directory}": ${(error as Error).message}. Changes are found by rescans ` +
        `alone; if too many files are watched, raise the sysctl fs.inotify.max_user_watches`,
    );
  }
}

async function forwardEvents(watcher: Deno.FsWatcher, options: WatchOptions): Promise<void> {
  try {
    for await (const event of watcher) {
      // Reading a file is no change; a scan's own reads would otherwise call for the next scan.
      if (options.signal.aborted) return;
      if (event.kind !== "access") options.onHint();
    }
  } catch (error) {
    if (!options.signal.aborted) {
      options.onWarning(`Lost the watch: ${(error as Error).message}. Rescans go on`);
    }
  }
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
