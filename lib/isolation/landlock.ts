import { LANDLOCK_PROBE } from "../sandbox/landlock.ts";
import { CommandError, type Run, run as execute } from "../system/run.ts";

/** Remedy when Landlock is not available. */
export const LANDLOCK_REMEDY =
  "Without it, only mounts protect files. Install perl-base, and boot a " +
  "kernel since 5.13 with Landlock enabled (lsm=landlock)";

/**
 * Tests that the kernel has Landlock, and that perl can call it.
 *
 * @throws {Error} when Landlock is not available, with the reason
 */
export async function tryLandlock(run: Run = execute): Promise<void> {
  try {
    await run(LANDLOCK_PROBE);
  } catch (cause) {
    const reason = cause instanceof CommandError ? cause.reason : String(cause);
    throw new Error(reason, { cause });
  }
}

/** Returns true if Landlock is available; otherwise warns the operator. */
export async function openLandlock(
  onWarning: (message: string) => void,
  run: Run = execute,
): Promise<boolean> {
  try {
    await tryLandlock(run);
    return true;
  } catch (error) {
    onWarning(`Functions run without Landlock: ${(error as Error).message}. ${LANDLOCK_REMEDY}`);
    return false;
  }
}
