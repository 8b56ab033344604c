import type { Rate } from "../config/rate_limit.ts";

/** About 8 MB. */
const MAX_BUCKETS = 65_536;

/** Dropping buckets more often would cost more than their memory is worth. */
const MIN_TURN_MS = 1_000;

/** Tolerance for rounding errors of numbers. */
const ROUNDING_MS = 1e-6;

/**
 * Token buckets for any number of clients, in bounded memory. A bucket is one number: the time at
 * which it is full again (the "theoretical arrival time" of the generic cell rate algorithm, ITU-T
 * I.371). A full bucket is equivalent to a missing one.
 *
 * So the limiter drops buckets that are unused for long enough to be full again, without any
 * effect on clients. Only if there are more clients than `maxBuckets` in that time does it also drop
 * the least recently used buckets; a client with that many addresses has as many buckets anyway.
 */
export class RateLimiter {
  readonly #maxBuckets: number;
  /** Buckets used since the last turn, and buckets used only in the turn before. */
  #recent = new Map<string, number>();
  #older = new Map<string, number>();
  #turnedAtMs = -Infinity;
  /** The longest time that an empty bucket takes to fill. */
  #fillMs = MIN_TURN_MS;

  constructor({ maxBuckets = MAX_BUCKETS }: { readonly maxBuckets?: number } = {}) {
    this.#maxBuckets = maxBuckets;
  }

  /** Number of buckets; never more than `maxBuckets`. */
  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  /**
   * Takes one token out of a client's bucket and returns 0. If the bucket is empty, returns the
   * milliseconds until it has a token. `nowMs` must be monotonic.
   */
  take(client: string, rate: Rate, nowMs: number): number {
    const intervalMs = rate.periodMs / rate.count;
    const fillMs = intervalMs * rate.burst;
    if (fillMs > this.#fillMs) this.#fillMs = fillMs;
    if (nowMs - this.#turnedAtMs >= this.#fillMs) this.#turn(nowMs);
    const known = this.#recent.get(client) ?? this.#older.get(client) ?? nowMs;
    // Not later than from empty, even if the rate was lower before.
    const fullAtMs = Math.min(Math.max(known, nowMs), nowMs + fillMs);
    const waitMs = fullAtMs - nowMs - intervalMs * (rate.burst - 1);
    if (waitMs > ROUNDING_MS) return waitMs;
    this.#keep(client, fullAtMs + intervalMs, nowMs);
    return 0;
  }

  #keep(client: string, fullAtMs: number, nowMs: number): void {
    this.#older.delete(client);
    const isNew = !this.#recent.has(client);
    if (isNew && this.#recent.size >= Math.floor(this.#maxBuckets / 2)) this.#turn(nowMs);
    this.#recent.set(client, fullAtMs);
  }

  #turn(nowMs: number): void {
    this.#older = this.#recent;
    this.#recent = new Map();
    this.#turnedAtMs = nowMs;
  }
}
