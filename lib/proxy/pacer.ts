import { setImmediate } from "node:timers";

/**
 * Number of requests that are forwarded at a time even if the event loop is busy. Each takes about
 * four reads and writes, so they stay below {@linkcode FULL}.
 */
const LEAST = 24;

/** Number of requests at a time if the event loop has room for more. */
const MOST = 96;

/** Reads and writes in one poll after which others had to wait: Deno completes 128 (tokio's budget). */
const FULL = 80;

/** A request that has no answer after this time waits for a slow function, not for the event loop. */
const YOUNG_MS = 5;

/** Reads and writes of the event loop, and times; tests replace them. */
export interface PacerOptions {
  /** Completed reads and writes of the event loop. */
  readonly meter: { completed: number; onNext: (() => void) | undefined };
  /** Present time in milliseconds, by a clock that never steps. */
  readonly now?: () => number;
  /** Calls back when the event loop has dealt with what was ready. */
  readonly afterPoll?: (callback: () => void) => void;
  /** Calls back after some milliseconds. */
  readonly later?: (callback: () => void, ms: number) => void;
}

/**
 * Lets requests begin in the order of their arrival, and so many at a time as one poll of the event
 * loop can serve.
 *
 * Deno completes at most 128 reads and writes in one poll of its sockets. Those beyond wait for the
 * next poll, where sockets that are ready anew come first. So with more busy connections the same ones
 * are served again and again, and others wait for seconds. A bound on the requests that were
 * forwarded a moment ago keeps the number of ready sockets below that limit. Requests to slow
 * functions do not count for long, and the bound grows while the polls have room.
 */
export interface Pacer {
  /**
   * Returns a ticket, at once if the request may begin now. Takes the present time in milliseconds,
   * by a clock that never steps.
   */
  readonly enter: (nowMs: number) => number | Promise<number>;
  /** Must be called once with each ticket, when the request has ended. */
  readonly leave: (ticket: number) => void;
}

/** Requests that began at about the same time. */
interface Group {
  readonly ticket: number;
  readonly sinceMs: number;
  /** Number of those that have not ended. */
  count: number;
}

/** Creates a pacer for all requests of this thread. */
export function createPacer(options: PacerOptions): Pacer {
  const {
    meter,
    now = () => performance.now(),
    afterPoll = setImmediate,
    later = setTimeout,
  } = options;
  const waiting: ((ticket: number) => void)[] = [];
  /** Index of the first one that waits. */
  let first = 0;
  const groups: Group[] = [{ ticket: 0, sinceMs: now(), count: 0 }];
  let young = 0;
  let limit = LEAST;
  let isWatching = false;
  let hasTimer = false;
  /** Time of the last turn: time in which the process did not run makes no request older. */
  let turnedAtMs = now();

  /** Forgets requests that are not young. */
  function age(clockMs: number): void {
    const { ticket, sinceMs } = groups[groups.length - 1]!;
    if (clockMs - sinceMs >= YOUNG_MS) {
      groups.push({ ticket: ticket + 1, sinceMs: clockMs, count: 0 });
    }
    while (clockMs - groups[0]!.sinceMs >= YOUNG_MS) young -= groups.shift()!.count;
  }

  function begin(nowMs: number): number {
    let group = groups[groups.length - 1]!;
    if (nowMs - group.sinceMs >= 1) {
      group = { ticket: group.ticket + 1, sinceMs: nowMs, count: 0 };
      groups.push(group);
      age(isWatching ? turnedAtMs : nowMs);
    }
    group.count++;
    young++;
    return group.ticket;
  }

  function release(nowMs: number): void {
    while (young < limit && first < waiting.length) waiting[first++]!(begin(nowMs));
    if (first === waiting.length) waiting.length = first = 0;
    else if (first >= 1_024) {
      waiting.splice(0, first);
      first = 0;
    }
  }

  function turn(): void {
    age(turnedAtMs);
    turnedAtMs = now();
    release(turnedAtMs);
    if (waiting.length > 0) watch();
  }

  /** Looks at the next poll that completes something, and at the time if none does. */
  function watch(): void {
    if (!isWatching) {
      isWatching = true;
      meter.completed = 0;
      meter.onNext = () => afterPoll(onPoll);
    }
    if (!hasTimer) {
      hasTimer = true;
      later(onTime, YOUNG_MS);
    }
  }

  function onPoll(): void {
    isWatching = false;
    if (meter.completed >= FULL) limit = Math.max(LEAST, Math.floor(limit / 2));
    else limit = Math.min(MOST, limit + 1);
    turn();
  }

  function onTime(): void {
    hasTimer = false;
    turn();
  }

  return {
    enter(nowMs) {
      if (waiting.length === 0) {
        if (young >= limit && !isWatching) age(nowMs);
        if (young < limit) return begin(nowMs);
      }
      watch();
      return new Promise((resolve) => void waiting.push(resolve));
    },
    leave(ticket) {
      const group = groups[ticket - groups[0]!.ticket];
      // Without a group, it was not young any more.
      if (group === undefined) return;
      group.count--;
      young--;
      if (waiting.length > 0) release(now());
    },
  };
}
