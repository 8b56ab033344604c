import { createHash } from "node:crypto";
import { join } from "node:path";
import { defaultPaths } from "../../../lib/config/default_paths.ts";
import { acquireLockFile, type LockFile } from "../../../lib/system/lock_file.ts";
import { sleep } from "../../../lib/system/sleep.ts";
import { CliError } from "../../exit_code.ts";

/** Options of {@linkcode lockPlace}. */
export interface LockOptions {
  /** Tag of the supervisor, which belongs to its functions directory. */
  readonly owner: string;
  readonly name: string;
  /** Not in the functions directory, where each change causes a scan. */
  readonly lockDirectory?: string;
  /** Called if another process holds the lock. */
  readonly onWait: () => void;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 600_000;
const POLL_MS = 100;

/**
 * Waits until no other `add` changes the function of this name, and locks it. Two at the same time
 * could otherwise undo each other, and none of the two folders would be served for a moment.
 *
 * @throws {CliError} if the other one takes too long
 */
export async function lockPlace(
  { owner, name, lockDirectory = ownLockDirectory(), onWait, signal, timeoutMs = TIMEOUT_MS }:
    LockOptions,
): Promise<LockFile> {
  // A name can have 63 bytes of any character.
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 32);
  const path = join(lockDirectory, `add-${owner}-${digest}`);
  const untilMs = performance.now() + timeoutMs;
  for (let isFirst = true;; isFirst = false) {
    const lock = acquireLockFile(path, `${Deno.pid}\n`);
    if (lock !== undefined) return lock;
    if (isFirst) onWait();
    if (performance.now() >= untilMs) {
      throw new CliError(
        `Another ddsrv add or deploy of "${name}" has not ended for ${timeoutMs / 1000} s. Wait ` +
          "for it, or end it",
      );
    }
    await sleep(POLL_MS, signal);
    signal.throwIfAborted();
  }
}

function ownLockDirectory(): string {
  return defaultPaths(Deno.uid(), Deno.env.toObject()).lockDirectory;
}
