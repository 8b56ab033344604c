import { join } from "node:path";
import { SHARED_DIRECTORY } from "../function/layout.ts";

/** Options of {@linkcode watchFolders}. */
export interface WatchFoldersOptions {
  readonly functionsDirectory: string;
  /** Watches only this function and what it shares; all of the directory when left out. */
  readonly name?: string | undefined;
  /** Receives changed paths, once nothing has changed for a moment. */
  readonly onChange: (paths: readonly string[]) => void;
  /** The system can't watch a directory. */
  readonly onError: (error: Error) => void;
}

/** Editors write a file in several steps, and programs many files. */
const QUIET_MS = 40;

/** Maximum delay while files keep changing. */
const MAX_DELAY_MS = 1_000;

/** Watches folders until it is disposed of. */
export function watchFolders(options: WatchFoldersOptions): Disposable {
  const { functionsDirectory, name, onChange, onError } = options;
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sinceMs = 0;

  function add({ kind, paths }: Deno.FsEvent): void {
    if (kind === "access") return;
    const nowMs = performance.now();
    if (changed.size === 0) sinceMs = nowMs;
    for (const path of paths) changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(flush, Math.min(QUIET_MS, Math.max(0, sinceMs + MAX_DELAY_MS - nowMs)));
  }

  function flush(): void {
    const paths = [...changed];
    changed.clear();
    onChange(paths);
  }

  function watch(path: string, recursive: boolean): Deno.FsWatcher | undefined {
    try {
      const watcher = Deno.watchFs(path, { recursive });
      void follow(watcher);
      return watcher;
    } catch (error) {
      // Without shared code, there is nothing to watch.
      if (!(error instanceof Deno.errors.NotFound)) onError(error as Error);
    }
  }

  async function follow(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const event of watcher) add(event);
    } catch (error) {
      onError(error as Error);
    }
  }

  const watchers = name === undefined ? [watch(functionsDirectory, true)] : [
    watch(functionsDirectory, false),
    watch(join(functionsDirectory, name), true),
    watch(join(functionsDirectory, SHARED_DIRECTORY), true),
  ];
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher?.close();
    },
  };
}
