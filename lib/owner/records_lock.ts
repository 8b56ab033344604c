import { join } from "node:path";
import { acquireLockFile, type LockFile } from "../system/lock_file.ts";
import { sleep } from "../system/sleep.ts";
import { recordsDirectory } from "./owner_record.ts";
import {
  lockForSupervisor,
  type SupervisorLock,
  type SupervisorLockOptions,
} from "./supervisor_lock.ts";

/** Acquires a lock next to the records, see `lockForSupervisor`. */
export type LockRecord = (
  name: string,
  options: SupervisorLockOptions,
) => Promise<SupervisorLock>;

const PAUSE_MS = 20;

/** Timeout for the lock, which processes hold for some milliseconds unless they are stopped. */
const LOCK_TIMEOUT_MS = 10_000;

/** Errors of file systems without locks: ENOSYS, ENOLCK and EOPNOTSUPP, see flock(2). */
const NO_LOCKS = /os error (38|37|95)\)/;

/** A lock that nothing holds. */
const UNLOCKED: SupervisorLock = { path: "", own() {}, [Symbol.dispose]() {} };

/**
 * Runs a task that reads and writes the records of a state directory, and locks them meanwhile. On
 * a file system without locks, warns and continues.
 *
 * @throws {Error} when another process keeps the lock, or nothing can be written
 */
export async function withRecords<Result>(
  stateDirectory: string,
  onWarning: (message: string) => void,
  task: (lock: LockRecord) => Promise<Result>,
): Promise<Result> {
  const directory = recordsDirectory(stateDirectory);
  const acquireIfSupported = async <Lock extends Disposable>(
    acquire: () => Promise<Lock>,
  ): Promise<Lock | SupervisorLock> => {
    try {
      return await acquire();
    } catch (error) {
      if (!NO_LOCKS.test((error as Error).message)) throw error;
      onWarning(
        `The file system of "${stateDirectory}" does not support locks (${
          (error as Error).message
        }). Do not ` +
          "start two supervisors for one functions directory with this state directory",
      );
      return UNLOCKED;
    }
  };
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  using _ = await acquireIfSupported(() => waitForLock(join(directory, "records.lock")));
  return await task((name, options) =>
    acquireIfSupported<SupervisorLock>(() => lockForSupervisor(join(directory, name), options))
  );
}

async function waitForLock(path: string): Promise<LockFile> {
  for (const untilMs = performance.now() + LOCK_TIMEOUT_MS; performance.now() < untilMs;) {
    const lock = acquireLockFile(path);
    if (lock !== undefined) return lock;
    await sleep(PAUSE_MS);
  }
  throw new Error(`Timeout: another process holds the lock "${path}". Stop it, and start again`);
}
