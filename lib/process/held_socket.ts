import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { sleep } from "../system/sleep.ts";

/** A Unix socket that is held on to, whatever becomes of its name. */
export interface HeldSocket extends Disposable {
  /** A path by which this process reaches that very socket. */
  readonly path: string;
}

/** Opens a name without following or using what it stands for; see open(2). */
const O_PATH = 0o10000000;

const PAUSE_MS = 5;

/**
 * Waits until somebody listens on a Unix socket, and holds on to it; `undefined` when the signal
 * aborts first. The name may be another's to change at any moment, a symbolic link to a socket of
 * ours among other things: a link is not followed, and what is connected to later on is the socket
 * that was seen here, through `/proc/self/fd` (proc(5)).
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

/** Takes hold of the socket of that name, if it is one. */
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
    // Bound, and not yet listening.
    return false;
  }
}
