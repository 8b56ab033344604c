import { openInotify } from "../function/inotify.ts";
import type { Finding } from "./finding.ts";

/** Minimum of inotify watches: with fewer, ddsrv watches some hundred functions only in part. */
const MIN_WATCHES = 8_192;

/** Options of {@linkcode probeWatches}. */
export interface WatchProbeOptions {
  readonly open?: typeof openInotify;
  readonly readLimit?: () => Promise<string>;
}

/** Tests that ddsrv can watch a directory and so detects changes before the next rescan. */
export async function probeWatches(
  { open = openInotify, readLimit = readMaxWatches }: WatchProbeOptions = {},
): Promise<string | Omit<Finding, "layer">> {
  try {
    using inotify = open();
    if (inotify?.add({ root: "/", path: "." }) === undefined) {
      throw new Error("no inotify, or no openat2(2)");
    }
    const most = Number(await readLimit());
    if (most >= MIN_WATCHES) return `ddsrv watches up to ${most} directories for changes`;
    return {
      status: "limited",
      detail: `ddsrv watches only ${most} directories, and finds changes in others by rescans`,
      remedy: `Raise the limit: sysctl fs.inotify.max_user_watches=${MIN_WATCHES}`,
    };
  } catch (error) {
    return {
      status: "limited",
      detail: `ddsrv finds changes only by rescans: ${(error as Error).message}`,
      remedy: "Use Linux 5.6 or later, and allow inotify and openat2 (seccomp)",
    };
  }
}

function readMaxWatches(): Promise<string> {
  return Deno.readTextFile("/proc/sys/fs/inotify/max_user_watches");
}
