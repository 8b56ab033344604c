import { type Run, run as execute } from "../system/run.ts";
import { sleep } from "../system/sleep.ts";
import type { DiskLimits } from "./disk_limits.ts";

/** What is counted, and who hears when it is more than it may be. */
export interface Account {
  readonly paths: readonly string[];
  readonly limits: DiskLimits;
  /** Called once, with one half of a sentence. */
  readonly onOver: (reason: string) => void;
}

/** Counts, again and again, what directories hold that nothing else bounds. */
export interface Accountant {
  /** Begins to count; disposing of what this gives ends it. */
  readonly watch: (account: Account) => Disposable;
  /** Says why an account is over its limits, or nothing when it is not. */
  readonly findExcess: (account: Omit<Account, "onOver">) => Promise<string | undefined>;
}

/** Between two rounds, and no less than this many times what the last one took. */
const PAUSE_MS = 5_000;
const PAUSE_FACTOR = 4;

/** Who has so many files that they can't be counted in this time has too many. */
const COUNT_TIMEOUT_S = 10;

/** What the script prints when that time was not enough. */
const LATE = "late";

/**
 * Files that come and go meanwhile make du exit with 1, and are as good as counted: a function must
 * not escape by that. timeout(1) ends with 137 where it had to kill.
 */
const COUNT_SCRIPT = `timeout -s KILL ${COUNT_TIMEOUT_S} nice du -s -x -c "$@" 2>/dev/null
case $? in 0 | 1) ;; 137) echo ${LATE} ;; *) exit 1 ;; esac`;

/** Counts with du(1), which opens directory by directory and follows no link. */
export function createAccountant(
  { run = execute, pauseMs = PAUSE_MS }: { readonly run?: Run; readonly pauseMs?: number } = {},
): Accountant {
  const accounts = new Set<Account>();
  let wake = new AbortController();
  let isRunning = false;

  async function goRound(): Promise<void> {
    isRunning = true;
    while (accounts.size > 0) {
      wake = new AbortController();
      const beganAtMs = performance.now();
      for (const account of [...accounts]) {
        const reason = await findExcess(account, run);
        if (reason !== undefined && accounts.delete(account)) account.onOver(reason);
      }
      const tookMs = performance.now() - beganAtMs;
      if (accounts.size > 0) await sleep(Math.max(pauseMs, PAUSE_FACTOR * tookMs), wake.signal);
    }
    isRunning = false;
  }

  return {
    findExcess: (account) => findExcess(account, run),
    watch(account) {
      accounts.add(account);
      if (!isRunning) void goRound();
      return {
        [Symbol.dispose]() {
          accounts.delete(account);
          // Nothing is left to wait for.
          if (accounts.size === 0) wake.abort();
        },
      };
    },
  };
}

async function findExcess(
  { paths, limits }: Omit<Account, "onOver">,
  run: Run,
): Promise<string | undefined> {
  const bytes = await count(["-B1", "--", ...paths], run);
  if (bytes > limits.bytes) return "its data is larger than dataSize allows";
  const files = await count(["--inodes", "--", ...paths], run);
  return files > limits.files ? "its data has more files than dataFiles allows" : undefined;
}

/** What cannot be counted at all is no reason to end a function: 0. */
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
