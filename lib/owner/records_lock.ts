import { join } from "node:path";
import { acquireLockFile, type LockFile } from "../system/lock_file.ts";
import { sleep } from "../system/sleep.ts";
import { recordsDirectory } from "./owner_record.ts";
import { type DescribeHolder, type Holder, lockForSupervisor } from "./supervisor_lock.ts";

/** Takes a lock beside the records, see `lockForSupervisor`. */
export type LockRecord = (
  name: string,
  options: { readonly holder: Holder; readonly describe: DescribeHolder },
) => Promise<LockFile>;

const PAUSE_MS = 20;

/** Others choose an owner in some milliseconds; one that was stopped meanwhile never ends. */
const PATIENCE_MS = 10_000;

/** Errors of file systems that know no locks: ENOSYS, ENOLCK and EOPNOTSUPP, see flock(2). */
const NO_LOCKS = /os error (38|37|95)\)/;

/** It is held by nobody. */
const UNLOCKED: LockFile = { [Symbol.dispose]() {} };

/**
 * Runs a task that reads and writes the records below a state directory while no other process does.
 * Where its file system knows no locks, warns and goes on.
 *
 * @throws {Error} when another process does not come to an end with it, or nothing can be written
 */
export async function withRecords<Result>(
  stateDirectory: string,
  onWarning: (message: string) => void,
  task: (lock: LockRecord) => Promise<Result>,
): Promise<Result> {
  const directory = recordsDirectory(stateDirectory);
  const unlessLockless = async (acquire: () => Promise<LockFile>): Promise<LockFile> => {
    try {
      return await acquire();
    } catch (error) {
      if (!NO_LOCKS.test((error as Error).message)) throw error;
      onWarning(
        `The file system of "${stateDirectory}" knows no locks (${
          (error as Error).message
        }). Let ` +
          "no two supervisors use this state directory for one functions directory",
      );
      return UNLOCKED;
    }
  };
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  using _ = await unlessLockless(() => waitForLock(join(directory, "records.lock")));
  return await task((name, options) =>
    unlessLockless(() => lockForSupervisor(join(directory, name), options))
  );
}

async function waitForLock(path: string): Promise<LockFile> {
  for (const untilMs = performance.now() + PATIENCE_MS; performance.now() < untilMs;) {
    const lock = acquireLockFile(path);
    if (lock !== undefined) return lock;
    await sleep(PAUSE_MS);
  }
  throw new Error(`Another process holds "${path}" for too long. End it, and start again`);
}
