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

/** What a copy keeps of a mode: nobody but its owner may write to it, and nothing is set-user-ID. */
export const KEPT_MODE = 0o755;

const { O_RDONLY, O_WRONLY, O_NOFOLLOW, O_NONBLOCK, O_CREAT, O_EXCL } = constants;
const buffer = new Uint8Array(256 * 1024);

/** A file that is not copied, because its name may be somebody's who may not read it. */
export class HardLinkError extends Error {
  override readonly name = "HardLinkError";
}

/** Source and target of {@linkcode copyFile}. */
export interface FileCopy {
  readonly source: string;
  /** Path where nothing is. */
  readonly target: string;
  /** The source's directory, where that is not to be trusted: hard links in it count. */
  readonly directory?: Pick<Stats, "uid" | "mode">;
  readonly signal: AbortSignal;
}

/**
 * Copies a regular file to where nothing is, and gives `false` when it is none. No link is followed
 * and no pipe waited for; a file that grows meanwhile is copied as far as it went.
 *
 * @throws {HardLinkError} for another user's file, see {@linkcode isForeignHardLink}
 */
export async function copyFile(
  { source, target, directory, signal }: FileCopy,
): Promise<boolean> {
  using from = holdFile(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const file = fstatSync(from.descriptor);
  if (!file.isFile()) return false;
  if (directory !== undefined && isForeignHardLink(file, directory)) throw new HardLinkError();
  using to = holdFile(target, O_WRONLY | O_CREAT | O_EXCL);
  const breathe = createYieldToEventLoop();
  for (let left = file.size; left > 0;) {
    const length = readSync(from.descriptor, buffer, 0, Math.min(left, buffer.length), null);
    if (length === 0) break;
    for (let at = 0; at < length;) at += writeSync(to.descriptor, buffer, at, length - at);
    left -= length;
    await breathe();
    signal.throwIfAborted();
  }
  // The process's umask shall not count.
  fchmodSync(to.descriptor, file.mode & KEPT_MODE);
  return true;
}

function holdFile(path: string, flags: number): Disposable & { readonly descriptor: number } {
  const descriptor = openSync(path, flags, 0o600);
  return { descriptor, [Symbol.dispose]: () => closeSync(descriptor) };
}
