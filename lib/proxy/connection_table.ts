import type { ConnectionQueue, QueuedConnection } from "./connection_queue.ts";
import { IndexedHeap } from "./indexed_heap.ts";
import { PeerPlaces } from "./peer_places.ts";

/**
 * State of a client's connection. `unfinished`: it is new or has started a request, and the head is
 * incomplete. `idle`: all requests are answered, and no further byte has come. `busy`: a request or
 * a tunnel is in flight. `outside`: it is not in the table.
 */
export type SlotState = "unfinished" | "idle" | "busy" | "outside";

/** States in which a connection may be closed to make room for a new one. */
export type Evictable = Extract<SlotState, "unfinished" | "idle">;

/** The places of one peer. */
export type Places = PeerPlaces<ConnectionSlot>;

/** Why a connection gives way: the table is full, or its peer has its share. */
export type EvictionCause = "full" | "share";

/** Maximum evictions for each new connection; more than one only after the limit was lowered. */
const MAX_EVICTED_AT_ONCE = 2;

/**
 * Minimum time between two connections of a peer with its share that give way to others of it. In a
 * flood, it costs less to refuse a connection than to exchange it.
 */
const EXCHANGE_INTERVAL_MS = 10;

/** Options of a {@linkcode ConnectionSlot}. */
export interface SlotOptions {
  readonly table: ConnectionTable;
  readonly peer: Places;
  /** Must close the connection; the table calls it at most once, with the last state. */
  readonly evict: (state: Evictable, cause: EvictionCause) => void;
}

/** The entry of one client's connection in a table. */
export class ConnectionSlot implements QueuedConnection<ConnectionSlot> {
  state: SlotState = "outside";
  /** True when a request was read from it. */
  hasSentRequest = false;
  /** Time when it became idle or unfinished, on the table's clock. */
  sinceMs = 0;
  /** Neighbours in the queue of the same state. */
  older: ConnectionSlot | undefined;
  newer: ConnectionSlot | undefined;

  readonly peer: Places;
  readonly evict: SlotOptions["evict"];
  readonly #table: ConnectionTable;

  constructor({ table, peer, evict }: SlotOptions) {
    this.#table = table;
    this.peer = peer;
    this.evict = evict;
  }

  /** Records that it waits for a request; `isBegun`: a part of the head has arrived. */
  markWaiting(isBegun: boolean): void {
    const state = isBegun || !this.hasSentRequest ? "unfinished" : "idle";
    if (state !== this.state) this.#table.move(this, state);
  }

  /** Records that a request is in flight. Returns false if the connection was evicted meanwhile. */
  markBusy(): boolean {
    if (this.state === "outside") return false;
    this.hasSentRequest = true;
    if (this.state !== "busy") this.#table.move(this, "busy");
    return true;
  }

  /** Records that no request is in flight. */
  markIdle(): void {
    this.#table.move(this, "idle");
  }

  /** Removes it from the table. */
  leave(): void {
    this.#table.move(this, "outside");
  }
}

/**
 * The connections of all clients. Chooses which one gives way when there are too many: one of the
 * peer that has most, so that no peer can displace others. Operations take logarithmic time, in the
 * number of peers.
 */
export class ConnectionTable {
  /** Number of connections. */
  size = 0;

  readonly #now: () => number;
  /** Peers with a connection that may give way. */
  readonly #order = new IndexedHeap<Places>(PeerPlaces.givesWayBefore);

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Adds a connection as unfinished. If the table is full, closes one of the peer that has most, see
   * {@linkcode PeerPlaces}. Returns false if that peer would be the new connection's own, and
   * none of its connections may give way.
   */
  add(slot: ConnectionSlot, maxConnections: number): boolean {
    if (this.size >= maxConnections) {
      let evicted = 0;
      while (this.size >= maxConnections && evicted < MAX_EVICTED_AT_ONCE) {
        const peer = this.#chooseFor(slot.peer);
        if (peer === undefined || !this.#evictFrom(peer, "full")) break;
        evicted++;
      }
      if (evicted === 0) return false;
    }
    this.size++;
    slot.peer.size++;
    this.#enter(slot, "unfinished");
    return true;
  }

  /**
   * Closes the connection of a peer that gives way first, so that the peer may have another one.
   * Returns false if all are busy, or if one has just given way.
   */
  exchange(peer: Places): boolean {
    const nowMs = this.#now();
    if (nowMs - peer.exchangedAtMs < EXCHANGE_INTERVAL_MS) return false;
    if (!this.#evictFrom(peer, "share")) return false;
    peer.exchangedAtMs = nowMs;
    return true;
  }

  /** Changes the state of a connection; "outside" removes it for good. */
  move(slot: ConnectionSlot, to: SlotState): void {
    if (slot.state === to || slot.state === "outside") return;
    queueOf(slot)?.remove(slot);
    if (to === "outside") {
      this.size--;
      slot.peer.size--;
    }
    this.#enter(slot, to);
  }

  #evictFrom({ next }: Places, cause: EvictionCause): boolean {
    if (next === undefined) return false;
    const state = next.state as Evictable;
    this.move(next, "outside");
    next.evict(state, cause);
    return true;
  }

  #enter(slot: ConnectionSlot, state: SlotState): void {
    slot.state = state;
    const queue = queueOf(slot);
    if (queue !== undefined) {
      slot.sinceMs = this.#now();
      queue.push(slot);
    }
    const { peer } = slot;
    if (peer.next === undefined) return this.#order.remove(peer);
    peer.rank();
    this.#order.update(peer);
  }

  /** Returns the peer that gives way to a new connection of another one, or of the same. */
  #chooseFor(peer: Places): Places | undefined {
    const { first } = this.#order;
    return first !== undefined && first.weight() >= peer.weight(1) ? first : peer;
  }
}

function queueOf({ state, peer }: ConnectionSlot): ConnectionQueue<ConnectionSlot> | undefined {
  switch (state) {
    case "unfinished":
      return peer.unfinished;
    case "idle":
      return peer.idle;
    default:
      return undefined;
  }
}
