import type { Settings } from "../config/settings.ts";
import type { Isolation, Parking } from "../isolation/isolation.ts";
import type { Semaphore } from "../system/semaphore.ts";
import { sleep } from "../system/sleep.ts";
import type { HostRoom } from "../sandbox/host_room.ts";
import { isShort, type ParkingLimits, placesFor } from "./parking_limits.ts";
import {
  type CheckedStart,
  type PreparedStart,
  prepareStart,
  startOptions,
} from "./prepare_start.ts";

/**
 * Starts that are prepared up to the point where code of the function would run, for functions
 * that serve or went idle. The next start of such a function only has to be released. Disposing of
 * it ends all of them.
 */
export interface ParkedStarts extends AsyncDisposable {
  /** Prepares the next start of a function in the background, when the host has time for it. */
  readonly park: (start: CheckedStart) => void;
  /** Does the same if none is parked; others give way before the one that is. */
  readonly keep: (start: CheckedStart) => void;
  /**
   * Returns the parked start of a function if it is like a new one, and ends it otherwise. The
   * caller owns the result.
   */
  readonly take: (start: CheckedStart) => Promise<PreparedStart | undefined>;
  /** Starts Deno in the parked sandbox of a function, which is about to start. */
  readonly approach: (name: string) => void;
  /** Returns where the next start of a function waits; `undefined` if it is not parked. */
  readonly parkingOf: (name: string) => Parking | undefined;
  /** Ends the parked start of a function, and prepares no other one. */
  readonly discard: (name: string) => Promise<void>;
  /** Ends parked starts of other functions while the host is short of something. */
  readonly makeRoom: (name: string) => Promise<void>;
  /** Ends all parked starts, because what they hold is needed, or settings changed. */
  readonly discardAll: () => Promise<number>;
}

/** Options of {@linkcode createParkedStarts}. */
export interface ParkedStartsOptions {
  readonly isolation: Isolation;
  /** Returns the present settings. */
  readonly settings: () => Settings;
  /** Limits concurrent starts. */
  readonly starts: Pick<Semaphore, "isFree">;
  readonly onWarning: (message: string) => void;
  /** Reads what the host has left. */
  readonly readRoom: () => HostRoom;
  /** Time after a start before the next one is prepared: a new function often changes again. */
  readonly calmMs?: number;
}

/** A start to prepare, not before a time by `performance.now()`. */
interface WantedStart {
  readonly start: CheckedStart;
  readonly fromMs: number;
}

interface Preparing {
  readonly name: string;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

interface ParkedStart {
  readonly text: string;
  readonly parking: Parking;
  readonly prepared: PreparedStart;
}

/** Pause between two looks at starts that are not prepared. */
const BUSY_MS = 50;

/** Interval of the look at the host's room while starts are parked. */
const ROOM_LOOK_MS = 5_000;

/** Creates the parked starts of a supervisor. */
export function createParkedStarts(options: ParkedStartsOptions): ParkedStarts {
  const { isolation, starts, readRoom, onWarning, calmMs = 250 } = options;
  /** The least recently used one is first. */
  const parked = new Map<string, ParkedStart>();
  const wanted = new Map<string, WantedStart>();
  const closing = new Set<Promise<void>>();
  const stopping = new AbortController();
  let preparing: Preparing | undefined;
  let working: Promise<void> | undefined;
  let hasWarned = false;
  const roomTimer = setInterval(() => {
    if (parked.size > 0 && isShort(readRoom())) void discardSome(Math.ceil(parked.size / 2));
  }, ROOM_LOOK_MS);
  Deno.unrefTimer(roomTimer);

  function limits(): ParkingLimits {
    return placesFor(options.settings(), readRoom().memory.limit);
  }

  async function end({ prepared }: Pick<ParkedStart, "prepared">): Promise<void> {
    prepared.force();
    const ending = Promise.resolve(prepared[Symbol.asyncDispose]()).catch((error) =>
      onWarning(`Cannot remove a parked sandbox: ${error.message}`)
    );
    closing.add(ending);
    await ending;
    closing.delete(ending);
  }

  async function discardSome(count: number, except?: string): Promise<void> {
    const oldest = [...parked].filter(([name]) => name !== except).slice(0, Math.max(0, count));
    for (const [name] of oldest) parked.delete(name);
    await Promise.all(oldest.map(([, one]) => end(one)));
  }

  /** Returns where to park a start; `undefined` if there is no place for it. */
  function chooseParking({ policy }: CheckedStart): Parking | undefined {
    const { parking } = isolation;
    const { places, warmPlaces } = limits();
    if (places === 0) return undefined;
    const warm = [...parked.values()].filter((one) => one.parking === "runtime").length;
    if (policy.isWarm && warm < warmPlaces && parking.includes("runtime")) return "runtime";
    return parking.includes("sandbox") ? "sandbox" : undefined;
  }

  async function prepare(start: CheckedStart, signal: AbortSignal): Promise<void> {
    const { name } = start;
    const parking = chooseParking(start);
    if (parking === undefined || isShort(readRoom())) return;
    const started = await startOptions(start, { parking, onLine() {} });
    // Before the sandbox opens: what is replaced meanwhile differs from this text later.
    const text = await isolation.describeStart(name, started);
    const prepared = await prepareStart(start, { parking, signal });
    const { process } = prepared.started;
    // The process exists when the sandbox is complete, which needs no open files from then on.
    const pid = await process.findPid(signal);
    if (pid === undefined || signal.aborted) return await end({ prepared });
    await prepared.started.onPrepared?.();
    const one: ParkedStart = { text, parking, prepared };
    const before = parked.get(name);
    parked.set(name, one);
    if (before !== undefined) await end(before);
    void process.ended.then(async () => {
      if (parked.get(name) !== one) return;
      parked.delete(name);
      await end(one);
    });
    await discardSome(parked.size - limits().places);
  }

  async function work(): Promise<void> {
    for (;;) {
      const [next] = wanted.values();
      if (next === undefined || stopping.signal.aborted) return;
      const earlyMs = next.fromMs - performance.now();
      // Real starts go first.
      if (earlyMs > 0 || !starts.isFree()) {
        await sleep(Math.max(earlyMs, BUSY_MS), stopping.signal);
        continue;
      }
      const { start } = next;
      wanted.delete(start.name);
      const abort = new AbortController();
      const signal = AbortSignal.any([abort.signal, stopping.signal]);
      const ended = prepare(start, signal).catch((error) => {
        if (!signal.aborted) warn(error);
      });
      preparing = { name: start.name, abort, ended };
      await ended;
      preparing = undefined;
    }
  }

  /** Warns once: the next start of the function is a new one, and reports its own problems. */
  function warn({ message }: Error): void {
    if (!hasWarned) onWarning(`Cannot prepare the next start of a function: ${message}`);
    hasWarned = true;
  }

  function cancel(name: string): void {
    wanted.delete(name);
    if (preparing?.name === name) preparing.abort.abort();
  }

  async function discard(name: string): Promise<void> {
    cancel(name);
    const one = parked.get(name);
    parked.delete(name);
    if (one !== undefined) await end(one);
    if (preparing?.name === name) await preparing.ended;
  }

  function park(start: CheckedStart): void {
    if (stopping.signal.aborted || chooseParking(start) === undefined) return;
    wanted.delete(start.name);
    wanted.set(start.name, { start, fromMs: performance.now() + calmMs });
    working ??= work().finally(() => working = undefined);
  }

  return {
    park,
    keep(start) {
      const { name } = start;
      const one = parked.get(name);
      if (one === undefined) return park(start);
      parked.delete(name);
      parked.set(name, one);
    },
    async take(start) {
      const { name } = start;
      cancel(name);
      const one = parked.get(name);
      if (one === undefined) return undefined;
      parked.delete(name);
      const now = await startOptions(start, { parking: undefined, onLine() {} });
      const isLikeNew = start.source === undefined &&
        one.text === await isolation.describeStart(name, now).catch(() => undefined);
      if (isLikeNew) return one.prepared;
      // The function's data must not be in use by a sandbox that never runs.
      await end(one);
      return undefined;
    },
    approach: (name) => void parked.get(name)?.prepared.started.process.approach(),
    parkingOf: (name) => parked.get(name)?.parking,
    discard,
    async makeRoom(name) {
      const countOthers = (): number => parked.size - (parked.has(name) ? 1 : 0);
      for (let others; (others = countOthers()) > 0 && isShort(readRoom());) {
        await discardSome(Math.ceil(others / 2), name);
      }
    },
    async discardAll() {
      wanted.clear();
      preparing?.abort.abort();
      await preparing?.ended;
      const count = parked.size;
      await discardSome(count);
      return count;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(roomTimer);
      stopping.abort();
      wanted.clear();
      await working;
      await discardSome(parked.size);
      await Promise.all(closing);
    },
  };
}
