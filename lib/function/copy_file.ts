import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  readSync,
  type Stats,
  writeSync,
} from "node:fs";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { isForeignHardLink } from "./hard_link.ts";

/** Mode bits that a copy keeps: only its owner can write, and nothing is set-user-ID. */
export const KEPT_MODE = 0o755;

const { O_RDONLY, O_WRONLY, O_NOFOLLOW, O_NONBLOCK, O_CREAT, O_EXCL } = constants;
const buffer = new Uint8Array(256 * 1024);

/** A file was not copied because another user may have linked it; see hard_link.ts. */
export class HardLinkError extends Error {
  override readonly name = "HardLinkError";
}

/** Source and target of {@linkcode copyFile}. */
export interface FileCopy {
  readonly source: string;
  /** Path that does not exist yet. */
  readonly target: string;
  /** Owner and mode of the source's directory, to check hard links; omit if it is trusted. */
  readonly directory?: Pick<Stats, "uid" | "mode">;
  readonly signal: AbortSignal;
}

/**
 * Copies a regular file to a new path; returns false if the source is not a regular file. Follows no
 * link and does not block on a pipe. If the file grows meanwhile, copies its initial size.
 *
 * @throws {HardLinkError} see {@linkcode isForeignHardLink}
 */
export async function copyFile(
  { source, target, directory, signal }: FileCopy,
): Promise<boolean> {
  using from = holdFile(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const file = fstatSync(from.descriptor);
  if (!file.isFile()) return false;
  if (directory !== undefined && isForeignHardLink(file, directory)) throw new HardLinkError();
  using to = holdFile(target, O_WRONLY | O_CREAT | O_EXCL);
  const yieldToEventLoop = createYieldToEventLoop();
  for (let left = file.size; left > 0;) {
    const length = readSync(from.descriptor, buffer, 0, Math.min(left, buffer.length), null);
    if (length === 0) break;
    for (let at = 0; at < length;) at += writeSync(to.descriptor, buffer, at, length - at);
    left -= length;
    await yieldToEventLoop();
    signal.throwIfAborted();
  }
  // Independent of the umask.
  fchmodSync(to.descriptor, file.mode & KEPT_MODE);
  return true;
}

function holdFile(path: string, flags: number): Disposable & { readonly descriptor: number } {
  const descriptor = openSync(path, flags, 0o600);
  return { descriptor, [Symbol.dispose]: () => closeSync(descriptor) };
}
