import { LANDLOCK_PROBE } from "../sandbox/landlock.ts";
import { CommandError, type Run, run as execute } from "../system/run.ts";

/** Remedy when Landlock is not available. */
export const LANDLOCK_REMEDY = "Mounts alone keep files apart without it. Install perl-base, and " +
  "have a kernel from 5.13 on with Landlock among its modules (lsm=landlock at its start)";

/**
 * Tries whether the kernel has Landlock, and perl is there to ask it.
 *
 * @throws {Error} that says why not
 */
export async function tryLandlock(run: Run = execute): Promise<void> {
  try {
    await run(LANDLOCK_PROBE);
  } catch (cause) {
    const reason = cause instanceof CommandError ? cause.reason : String(cause);
    throw new Error(`no Landlock: ${reason}`, { cause });
  }
}

/** Returns whether sandboxes have Landlock; if not, warns the operator once. */
export async function openLandlock(
  onWarning: (message: string) => void,
  run: Run = execute,
): Promise<boolean> {
  try {
    await tryLandlock(run);
    return true;
  } catch (error) {
    onWarning(`Functions have ${(error as Error).message}. ${LANDLOCK_REMEDY}`);
    return false;
  }
}
