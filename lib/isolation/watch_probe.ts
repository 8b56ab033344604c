import { openInotify } from "../function/inotify.ts";

/** With fewer, the folders of some hundred functions are watched in part. */
const MIN_WATCHES = 8_192;

/** Options of {@linkcode lookForWatches}. */
export interface WatchProbeOptions {
  readonly open?: typeof openInotify;
  readonly readLimit?: () => Promise<string>;
}

/** Tries to watch a directory, which tells of changes before the next rescan. */
export async function lookForWatches(
  { open = openInotify, readLimit = readMaxWatches }: WatchProbeOptions = {},
): Promise<
  string | { readonly status: "limited"; readonly detail: string; readonly remedy: string }
> {
  try {
    using inotify = open();
    if (inotify?.add({ root: "/", path: "." }) === undefined) {
      throw new Error("no inotify, or no openat2(2)");
    }
    const most = Number(await readLimit());
    if (most >= MIN_WATCHES) return `changes are seen at once, in at most ${most} directories`;
    return {
      status: "limited",
      detail: `at most ${most} directories are watched; changes in others are found by rescans`,
      remedy: `Raise it: sysctl fs.inotify.max_user_watches=${MIN_WATCHES}`,
    };
  } catch (error) {
    return {
      status: "limited",
      detail: `changes are found by rescans alone: ${(error as Error).message}`,
      remedy: "Use Linux 5.6 or later, and allow inotify and openat2 (seccomp)",
    };
  }
}

function readMaxWatches(): Promise<string> {
  return Deno.readTextFile("/proc/sys/fs/inotify/max_user_watches");
}
