/** Folders that have changed, and when to scan each. All times are of one clock. */
export interface HintQueue {
  /** Adds a folder that has changed, or whose files will have settled at a given time. */
  readonly add: (name: string, hint: Hint) => void;
  /** Removes and returns the folders that are due. */
  readonly take: (nowMs: number) => ReadonlySet<string>;
  /** Charges a folder for the time that its scan took. */
  readonly charge: (name: string, look: Look) => void;
  /** Returns the time at which the next folder is due; `Infinity` if none waits. */
  readonly nextAtMs: () => number;
}

/** Time of a hint, and the earliest time for a scan. */
export interface Hint {
  readonly nowMs: number;
  readonly notBeforeMs?: number;
}

/** Duration and end of a scan. */
export interface Look {
  readonly nowMs: number;
  readonly tookMs: number;
}

interface Account {
  readonly dueMs: number | undefined;
  /** Remaining budget of a folder; below zero it waits. */
  readonly balanceMs: number;
  readonly atMs: number;
}

/** Maximum share of the time for scans of one folder, on average. */
const SHARE = 0.1;
/** Burst budget of a folder that was unchanged for some seconds. */
const MAX_BALANCE_MS = 500;
/** Fixed cost of each scan, for the work that follows it. */
const COST_OF_TURN_MS = 5;

/**
 * Creates a queue that limits each folder to its share of the time. A folder that changes all the
 * time, or whose scans take long, is scanned less often and does not delay the others.
 */
export function createHintQueue(burstMs: number): HintQueue {
  const accounts = new Map<string, Account>();
  let nextMs = Infinity;

  function accountOf(name: string, nowMs: number): Account {
    const account = accounts.get(name);
    if (account === undefined) return { dueMs: undefined, balanceMs: MAX_BALANCE_MS, atMs: nowMs };
    const earnedMs = Math.max(0, nowMs - account.atMs) * SHARE;
    const balanceMs = Math.min(MAX_BALANCE_MS, account.balanceMs + earnedMs);
    return { ...account, balanceMs, atMs: nowMs };
  }

  return {
    add(name, { nowMs, notBeforeMs = 0 }) {
      const account = accountOf(name, nowMs);
      const solventMs = nowMs + Math.max(0, -account.balanceMs) / SHARE;
      const dueMs = Math.max(nowMs + burstMs, notBeforeMs, solventMs);
      if (account.dueMs !== undefined && account.dueMs <= dueMs) return;
      accounts.set(name, { ...account, dueMs });
      nextMs = Math.min(nextMs, dueMs);
    },
    take(nowMs) {
      const taken = new Set<string>();
      if (nowMs < nextMs) return taken;
      nextMs = Infinity;
      for (const [name, { dueMs }] of accounts) {
        if (dueMs === undefined) {
          if (accountOf(name, nowMs).balanceMs === MAX_BALANCE_MS) accounts.delete(name);
        } else if (dueMs <= nowMs) {
          taken.add(name);
          const account = accountOf(name, nowMs);
          const balanceMs = account.balanceMs - COST_OF_TURN_MS;
          accounts.set(name, { ...account, dueMs: undefined, balanceMs });
        } else nextMs = Math.min(nextMs, dueMs);
      }
      return taken;
    },
    charge(name, { nowMs, tookMs }) {
      // The fixed cost covers short scans.
      if (tookMs < COST_OF_TURN_MS) return;
      const account = accountOf(name, nowMs);
      const balanceMs = account.balanceMs - tookMs;
      const { dueMs } = account;
      accounts.set(name, {
        ...account,
        balanceMs,
        // A hint that came during the scan waits like a later one.
        dueMs: dueMs && Math.max(dueMs, nowMs + Math.max(0, -balanceMs) / SHARE),
      });
    },
    nextAtMs: () => nextMs,
  };
}
