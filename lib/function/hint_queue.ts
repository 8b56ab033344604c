/** Folders that an event told of, and when to look at each. All times are of one clock. */
export interface HintQueue {
  /** Something changed in a folder, or will have come to rest at a time. */
  readonly add: (name: string, hint: Hint) => void;
  /** The folders whose time has come. */
  readonly take: (nowMs: number) => ReadonlySet<string>;
  /** A look at a folder took this long. */
  readonly charge: (name: string, look: Look) => void;
  /** Time at which the next one is due; `Infinity` when none waits. */
  readonly nextAtMs: () => number;
}

/** Time of a hint about a folder, and the earliest time to look at it. */
export interface Hint {
  readonly nowMs: number;
  readonly notBeforeMs?: number;
}

/** Duration and end of a look. */
export interface Look {
  readonly nowMs: number;
  readonly tookMs: number;
}

interface Account {
  readonly dueMs: number | undefined;
  /** Budget that a folder has left; below zero it waits. */
  readonly balanceMs: number;
  readonly atMs: number;
}

/** Looks at one folder may take this much of the time, in the long run. */
const SHARE = 0.1;
/** Burst budget of a folder that was unchanged for some seconds. */
const MAX_BALANCE_MS = 500;
/** Cost of a look besides its own time: a scan and its consequences. */
const COST_OF_TURN_MS = 5;

/**
 * Orders hints so that no folder gets more than its share of the time. A folder that changes all
 * the time, or whose looks take long, is looked at less often, and does not delay the others.
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
      // Looks that take next to no time are paid for by their turn.
      if (tookMs < COST_OF_TURN_MS) return;
      const account = accountOf(name, nowMs);
      const balanceMs = account.balanceMs - tookMs;
      const { dueMs } = account;
      accounts.set(name, {
        ...account,
        balanceMs,
        // A hint that came during the look waits as those do that come later.
        dueMs: dueMs && Math.max(dueMs, nowMs + Math.max(0, -balanceMs) / SHARE),
      });
    },
    nextAtMs: () => nextMs,
  };
}
