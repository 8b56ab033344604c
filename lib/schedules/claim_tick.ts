import type { KvStore } from "../kv/kv_store.ts";
import type { sleep } from "../system/sleep.ts";
import { LATE_MS } from "./due_tick.ts";
import type { ScheduledRequest } from "./scheduled_request.ts";

/** A tick that belongs to this host. Disposing of it lets other hosts begin the next run. */
export type ClaimedTick = AsyncDisposable;

/** Claims the tick of a request for this host. `undefined`: another host runs it, or has run it. */
export type ClaimTick = (request: ScheduledRequest) => Promise<ClaimedTick | undefined>;

/** Options of {@linkcode createTickClaims}. */
export interface TickClaimOptions {
  /** Returns the store that the replicas of a function share. */
  readonly storeOf: (functionName: string) => KvStore;
  /** Unique for each supervisor. */
  readonly host: string;
  /** Time in milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: typeof sleep;
}

/** The record of a schedule that all hosts read and write. */
interface TickClaim {
  /** The last tick that a host took. */
  readonly tickMs: number;
  readonly host: string;
  readonly isRunning: boolean;
  /** Rises while the run goes on. */
  readonly beat: number;
}

const BEAT_MS = 5_000;

/** Without a beat for this long, by a clock of any speed, the host of a run is gone. */
const SILENCE_MS = 4 * BEAT_MS;

/** A claimed tick that is further in the future was claimed by a clock that was wrong. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** A schedule that runs once a year keeps its record. */
const KEPT_MS = 400 * 24 * 3_600_000;

/**
 * Returns a function that claims ticks in a store, so that several hosts run each tick at most once,
 * also while their clocks differ: the tick is what they compare, and a silent host is found by its
 * record, which does not change any more.
 *
 * The function rejects if the store does not answer for a minute after the tick.
 */
export function createTickClaims(options: TickClaimOptions): ClaimTick {
  const { storeOf, host, now, pause } = options;

  async function claimOnce(request: ScheduledRequest): Promise<ClaimedTick | "taken" | "running"> {
    const { schedule, tickMs, signal } = request;
    const store = storeOf(request.function);
    const key = keyOf(request);
    let seen = await store.get(key);
    let known = parseClaim(seen.value);
    if (known?.isRunning && known.host !== host) {
      await pause(SILENCE_MS, signal);
      if (signal.aborted) return "running";
      const { version } = seen;
      seen = await store.get(key);
      known = parseClaim(seen.value);
      const isAlive = !isSame(seen.version, version);
      if (known?.isRunning && isAlive) return schedule.overlap === "queue" ? "running" : "taken";
    }
    if (known !== undefined && known.tickMs >= tickMs && known.tickMs < now() + MAX_AHEAD_MS) {
      return "taken";
    }
    const claim = { tickMs, host, isRunning: true, beat: 0 };
    return await write(store, key, { claim, version: seen.version })
      ? keepClaim({ ...options, store, key, claim })
      : "running";
  }

  return async (request) => {
    const { tickMs, signal } = request;
    for (;;) {
      try {
        const claimed = await claimOnce(request);
        if (claimed === "taken") return undefined;
        if (claimed !== "running") return claimed;
        // A store that refuses each write must not be asked without end at once.
        await pause(BEAT_MS, signal);
      } catch (error) {
        if (now() - tickMs > LATE_MS) throw error;
        await pause(BEAT_MS, signal);
      }
      if (signal.aborted) return undefined;
    }
  };

  function write(
    store: KvStore,
    ...[key, { claim, version }]: readonly [
      key: readonly string[],
      { readonly claim: TickClaim; readonly version: Uint8Array },
    ]
  ): Promise<boolean> {
    return store.replace(key, {
      version,
      value: new TextEncoder().encode(JSON.stringify(claim)),
      expiresAtMs: now() + KEPT_MS,
    });
  }

  /** Tells the other hosts that the run goes on, and then that it has ended. */
  function keepClaim(
    { store, key, claim }: {
      readonly store: KvStore;
      readonly key: readonly string[];
      readonly claim: TickClaim;
    },
  ): ClaimedTick {
    const ended = new AbortController();
    const beating = beat();

    async function beat(): Promise<void> {
      for (let count = 1;; count++) {
        await pause(BEAT_MS, ended.signal);
        const isRunning = !ended.signal.aborted;
        // A beat that fails is one of four; a last one that fails delays the next run by 20 s.
        await change({ ...claim, isRunning, beat: count }).catch(() => {});
        if (!isRunning) return;
      }
    }

    /** Changes the record, unless another host has taken it over. */
    async function change(next: TickClaim): Promise<void> {
      const { value, version } = await store.get(key);
      const known = parseClaim(value);
      if (known?.host !== host || known.tickMs !== claim.tickMs) return;
      await write(store, key, { claim: next, version });
    }

    return {
      async [Symbol.asyncDispose]() {
        ended.abort();
        await beating;
      },
    };
  }
}

function keyOf({ function: name, schedule }: ScheduledRequest): readonly string[] {
  return ["ddsrv", "schedule", name, schedule.name];
}

/** Returns `undefined` if there is no claim. A function may write anything into its store. */
function parseClaim(value: Uint8Array | undefined): TickClaim | undefined {
  try {
    const claim = JSON.parse(new TextDecoder().decode(value)) as Partial<TickClaim> | null;
    const isClaim = Number.isFinite(claim?.tickMs) && typeof claim?.host === "string" &&
      typeof claim.isRunning === "boolean";
    return isClaim ? claim as TickClaim : undefined;
  } catch {
    return undefined;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
