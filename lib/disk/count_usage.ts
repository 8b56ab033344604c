import { type Run, run as execute } from "../system/run.ts";
import type { DiskLimits } from "./disk_limits.ts";

/** A function whose files can't be counted in this time has too many. */
const COUNT_TIMEOUT_S = 10;

/** Output of the script when that time was not enough. */
const LATE = "late";

/**
 * Files that come and go meanwhile make du exit with 1, and are as good as counted: a function must
 * not escape by that. timeout(1) ends with 137 where it had to kill.
 */
const COUNT_SCRIPT = `timeout -s KILL ${COUNT_TIMEOUT_S} nice du -s -x -c "$@" 2>/dev/null
case $? in 0 | 1) ;; 137) echo ${LATE} ;; *) exit 1 ;; esac`;

/**
 * Returns in half a sentence which limit the directories exceed together; `undefined` when none.
 * du(1) counts: it opens directory by directory and follows no link.
 */
export async function findExcess(
  paths: readonly string[],
  limits: DiskLimits,
  run: Run = execute,
): Promise<string | undefined> {
  const bytes = await count(["-B1", "--", ...paths], run);
  if (bytes > limits.bytes) return "its data is larger than dataSize allows";
  const files = await count(["--inodes", "--", ...paths], run);
  return files > limits.files ? "its data has more files than dataFiles allows" : undefined;
}

/** Returns 0 when counting fails: that is no reason to end a function. */
async function count(args: readonly string[], run: Run): Promise<number> {
  try {
    const said = await run(["sh", "-c", COUNT_SCRIPT, "sh", ...args], {
      timeoutMs: 2_000 * COUNT_TIMEOUT_S,
    });
    if (new RegExp(`^${LATE}$`, "m").test(said)) return Infinity;
    return Number(/^(\d+)\ttotal$/m.exec(said)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
