import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { sleep } from "../system/sleep.ts";

/** A handle of a Unix socket that stays valid if its name is removed or replaced. */
export interface HeldSocket extends Disposable {
  /** Path by which this process can connect to the socket. */
  readonly path: string;
}

/** Opens a file without accessing it; see open(2). */
const O_PATH = 0o10000000;

const PAUSE_MS = 5;

/**
 * Waits until a process listens on a Unix socket, and opens a handle of it. Resolves to `undefined`
 * if the signal aborts first. The name may be in a directory that a function can write to, so a
 * symbolic link is not followed, and later connections go to the same socket through
 * `/proc/self/fd` (proc(5)).
 */
export async function waitForSocket(
  path: string,
  signal: AbortSignal,
): Promise<HeldSocket | undefined> {
  while (!signal.aborted) {
    const held = holdSocket(path);
    if (held !== undefined) {
      if (await isAccepting(held.path)) return held;
      held[Symbol.dispose]();
    }
    await sleep(PAUSE_MS, signal);
  }
  return undefined;
}

/** Opens a handle of a Unix socket. Returns `undefined` if the path is not a socket. */
export function holdSocket(path: string): HeldSocket | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, O_PATH | constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
  if (!fstatSync(descriptor).isSocket()) {
    closeSync(descriptor);
    return undefined;
  }
  return {
    path: `/proc/self/fd/${descriptor}`,
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

async function isAccepting(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch {
    // Bound, but not listening yet.
    return false;
  }
}
