import { type Run, run as execute } from "../system/run.ts";
import type { DiskLimits } from "./disk_limits.ts";

/** Timeout of a count; a function that needs longer has too many files. */
const COUNT_TIMEOUT_S = 10;

/** Output of the script after a timeout. */
const LATE = "late";

/**
 * du exits with 1 when files disappear during the count. The count is good enough then, so a
 * function can't avoid it. timeout(1) exits with 137 after a kill.
 */
const COUNT_SCRIPT = `timeout -s KILL ${COUNT_TIMEOUT_S} nice du -s -x -c "$@" 2>/dev/null
case $? in 0 | 1) ;; 137) echo ${LATE} ;; *) exit 1 ;; esac`;

/**
 * Returns half a sentence about the limit that the directories exceed together; `undefined` when
 * none. du(1) counts: it opens one directory after the other and follows no link.
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

/** Returns 0 when counting fails, because that is no reason to stop a function. */
async function count(args: readonly string[], run: Run): Promise<number> {
  try {
    const output = await run(["sh", "-c", COUNT_SCRIPT, "sh", ...args], {
      timeoutMs: 2_000 * COUNT_TIMEOUT_S,
    });
    if (new RegExp(`^${LATE}$`, "m").test(output)) return Infinity;
    return Number(/^(\d+)\ttotal$/m.exec(output)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
