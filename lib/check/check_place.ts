import type { Launch } from "../sandbox/sandbox.ts";
import type { ProcessLimits } from "../sandbox/launch_shell.ts";
import { type CheckBounds, MAX_DATA_BYTES, MAX_FILE_BYTES } from "./check_bounds.ts";
import type { CachePlace } from "./made_lock.ts";

/** Environment in which a check's commands run. */
export interface CheckPlace {
  readonly deno: string;
  readonly env: Readonly<Record<string, string>>;
  /** Module cache, which the check fills. */
  readonly cache: CachePlace;
  /** Types of what `preload.js` adds, for code that misses them; none when left out. */
  readonly types?: string;
  /** Working directory; the caller's own when left out. */
  readonly cwd?: string;
  /** Returns the launch chain around a command. */
  readonly around: (command: readonly string[]) => Pick<Launch, "command"> & Partial<Launch>;
  /** Returns the CPU time of all its processes in milliseconds; missing where nothing counts it. */
  readonly cpuTimeMs?: (() => Promise<number | undefined>) | undefined;
}

/** Returns the limits of each process of a check, which need no control groups. */
export function limitsOf({ cpuTimeMs }: CheckBounds): ProcessLimits {
  return {
    cpuSeconds: Math.ceil(cpuTimeMs / 1_000),
    dataBytes: MAX_DATA_BYTES,
    fileBytes: MAX_FILE_BYTES,
    files: 4_096,
  };
}

/** Low priority: a third of the CPU share of other processes (sched(7), nice(1)). */
export const NICE: readonly string[] = ["nice", "-n", "5"];
