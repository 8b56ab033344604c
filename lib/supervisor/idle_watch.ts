/** What is looked at to tell whether an instance is used. */
export interface Usage {
  /** Requests that are being answered, tunnels included. */
  readonly inFlight: number;
  /** Requests in all. */
  readonly requests: number;
}

/** How {@linkcode watchIdle} looks. */
export interface IdleWatchOptions {
  readonly usage: Usage;
  /** Infinity for one that is never idle. */
  readonly idleMs: number;
  /** It has had no request for that long; told again for as long as that is so. */
  readonly onIdle: () => void;
}

/** Looks in an idle time: it is over by a quarter at most when it is found to be over. */
const LOOKS = 4;

/** Timers hold 31 bits. */
const MAX_PAUSE_MS = 2 ** 31 - 1;

/** Looks now and then whether an instance is used, until it is disposed of; requests pay nothing. */
export function watchIdle({ usage, idleMs, onIdle }: IdleWatchOptions): Disposable {
  let seen = usage.requests;
  let quietLooks = 0;
  const look = (): void => {
    const isUsed = usage.inFlight > 0 || usage.requests !== seen;
    seen = usage.requests;
    quietLooks = isUsed ? 0 : quietLooks + 1;
    if (quietLooks >= LOOKS) onIdle();
  };
  const timer = idleMs === Infinity
    ? undefined
    : setInterval(look, Math.min(MAX_PAUSE_MS, idleMs / LOOKS));
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
