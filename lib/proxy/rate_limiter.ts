import type { Rate } from "../config/rate_limit.ts";

/** About 8 MB of buckets. */
const MAX_BUCKETS = 65_536;

/** To forget more often would cost more than the memory is worth. */
const MIN_TURN_MS = 1_000;

/** Less than anybody could wait, and more than what numbers lose. */
const ROUNDING_MS = 1e-6;

/**
 * Token buckets for any number of clients, in bounded memory. A bucket is one number, the time at
 * which it is full again (the "theoretical arrival time" of the generic cell rate algorithm, ITU-T
 * I.371), and one that is full is no different from one that is not there.
 *
 * So the limiter drops buckets that were unused for long enough to be full again, without any
 * effect on clients. Only when more clients than `maxBuckets` come meanwhile does it also drop the
 * least recently used ones; a client with that many addresses has as many buckets anyway.
 */
export class RateLimiter {
  readonly #maxBuckets: number;
  /** Buckets used since the last turn, and those used before that and not since. */
  #recent = new Map<string, number>();
  #older = new Map<string, number>();
  #turnedAtMs = -Infinity;
  /** The longest time that any of them takes to fill. */
  #fillMs = MIN_TURN_MS;

  constructor({ maxBuckets = MAX_BUCKETS }: { readonly maxBuckets?: number } = {}) {
    this.#maxBuckets = maxBuckets;
  }

  /** Buckets that are not forgotten; never more than `maxBuckets`. */
  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  /**
   * Takes one request out of a client's bucket; gives 0, or, when it is empty, the milliseconds
   * until there is one in it.
   *
   * `nowMs` never steps back.
   */
  take(client: string, rate: Rate, nowMs: number): number {
    const intervalMs = rate.periodMs / rate.count;
    const fillMs = intervalMs * rate.burst;
    if (fillMs > this.#fillMs) this.#fillMs = fillMs;
    if (nowMs - this.#turnedAtMs >= this.#fillMs) this.#turn(nowMs);
    const known = this.#recent.get(client) ?? this.#older.get(client) ?? nowMs;
    // None is emptier than empty, also not when the rate was lower before.
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
