import { ConnectionQueue, type QueuedConnection } from "./connection_queue.ts";
import type { HeapItem } from "./indexed_heap.ts";

/** Peers with up to this number of connections are alike; a browser opens six. */
const LIGHT = 8;

/** A head may take this long before its connection counts as unused. */
const HEAD_GRACE_MS = 1_000;

/** The places that the connections of one peer have in the table of all, see `ConnectionTable`. */
export class PeerPlaces<Member extends QueuedConnection<Member>> implements HeapItem {
  heapIndex = -1;
  /** Number of connections. */
  size = 0;
  /** Time when one of them last gave way to another one of the same peer. */
  exchangedAtMs = -Infinity;
  readonly idle = new ConnectionQueue<Member>();
  readonly unfinished = new ConnectionQueue<Member>();
  readonly #isExempt: boolean;
  #rankedWeight = 0;
  /** Time from which {@linkcode next} counts as unused. */
  #unusedFromMs = Infinity;

  /** A trusted proxy (`isExempt`) forwards for many clients, so its connections count singly. */
  constructor(isExempt = false) {
    this.#isExempt = isExempt;
  }

  /**
   * The connection that gives way first: the least recently used idle one, and without one that
   * which has been waiting for its head the longest. `undefined` if all have a request in flight.
   */
  get next(): Member | undefined {
    return this.idle.oldest ?? this.unfinished.oldest;
  }

  /** Returns the number of connections that counts in comparisons, with some more of them. */
  weight(more = 0): number {
    return this.#isExempt ? LIGHT : Math.max(LIGHT, this.size + more);
  }

  /** Takes over its present rank, by which {@linkcode PeerPlaces.givesWayBefore} compares it. */
  rank(): void {
    const { idle, next } = this;
    this.#rankedWeight = this.weight();
    const graceMs = next === idle.oldest ? 0 : HEAD_GRACE_MS;
    this.#unusedFromMs = next === undefined ? Infinity : next.sinceMs + graceMs;
  }

  /** Returns true if a connection of `a` gives way before those of `b`: `a` has more of them. */
  static givesWayBefore<Member extends QueuedConnection<Member>>(
    this: void,
    a: PeerPlaces<Member>,
    b: PeerPlaces<Member>,
  ): boolean {
    return a.#rankedWeight > b.#rankedWeight ||
      a.#rankedWeight === b.#rankedWeight && a.#unusedFromMs < b.#unusedFromMs;
  }
}
