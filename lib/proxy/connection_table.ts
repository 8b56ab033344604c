/**
 * State of a client's connection. `unfinished`: it is new or has started a request, and the head is
 * incomplete. `idle`: all requests are answered, and no further byte has come. `busy`: a request or
 * a tunnel is in flight. `outside`: it is not in the table.
 */
export type SlotState = "unfinished" | "idle" | "busy" | "outside";

/** States in which a connection may be closed to make room for a new one. */
export type Evictable = Extract<SlotState, "unfinished" | "idle">;

/** A connection unfinished for longer is closed before idle ones. */
const HEAD_GRACE_MS = 1_000;

/** Maximum evictions for each new connection; more than one only after the limit was lowered. */
const MAX_EVICTED_AT_ONCE = 2;

/** The entry of one client's connection in a table. */
export class ConnectionSlot {
  state: SlotState = "outside";
  /** True when a request was read from it. */
  hasSentRequest = false;
  /** Time when it became unfinished, on the table's clock. */
  unfinishedAtMs = 0;
  /** Neighbours in the queue of the same state. */
  older: ConnectionSlot | undefined;
  newer: ConnectionSlot | undefined;

  readonly #table: ConnectionTable;

  /** `evict` must close the connection; the table calls it at most once, with the last state. */
  constructor(table: ConnectionTable, readonly evict: (state: Evictable) => void) {
    this.#table = table;
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

/** Connections in one state, in the order in which they entered it. */
class Queue {
  oldest: ConnectionSlot | undefined;
  newest: ConnectionSlot | undefined;

  push(slot: ConnectionSlot): void {
    slot.older = this.newest;
    slot.newer = undefined;
    if (this.newest === undefined) this.oldest = slot;
    else this.newest.newer = slot;
    this.newest = slot;
  }

  remove(slot: ConnectionSlot): void {
    if (slot.older === undefined) this.oldest = slot.newer;
    else slot.older.newer = slot.newer;
    if (slot.newer === undefined) this.newest = slot.older;
    else slot.newer.older = slot.older;
    slot.older = slot.newer = undefined;
  }
}

/**
 * The connections of all clients. Chooses which one to close when there are too many. Every
 * operation takes constant time.
 */
export class ConnectionTable {
  /** Number of connections. */
  size = 0;

  readonly #now: () => number;
  readonly #unfinished = new Queue();
  readonly #idle = new Queue();

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Adds a connection as unfinished. If the table is full, closes another one: the oldest unfinished
   * one, or, if that is younger than a second, the oldest idle one. Returns false if all are busy.
   */
  add(slot: ConnectionSlot, maxConnections: number): boolean {
    if (this.size >= maxConnections) {
      let evicted = 0;
      while (this.size >= maxConnections && evicted < MAX_EVICTED_AT_ONCE && this.#evict()) {
        evicted++;
      }
      if (evicted === 0) return false;
    }
    this.size++;
    this.#enter(slot, "unfinished");
    return true;
  }

  /** Changes the state of a connection; "outside" removes it for good. */
  move(slot: ConnectionSlot, to: SlotState): void {
    if (slot.state === to || slot.state === "outside") return;
    this.#queueOf(slot.state)?.remove(slot);
    this.#enter(slot, to);
    if (to === "outside") this.size--;
  }

  #enter(slot: ConnectionSlot, state: SlotState): void {
    slot.state = state;
    if (state === "unfinished") slot.unfinishedAtMs = this.#now();
    this.#queueOf(state)?.push(slot);
  }

  #evict(): boolean {
    const unfinished = this.#unfinished.oldest;
    // A new client may just be sending its head, so close an idle connection first.
    const isLate = unfinished !== undefined &&
      this.#now() - unfinished.unfinishedAtMs >= HEAD_GRACE_MS;
    const slot = isLate ? unfinished : this.#idle.oldest ?? unfinished;
    if (slot === undefined) return false;
    const state = slot.state as Evictable;
    this.move(slot, "outside");
    slot.evict(state);
    return true;
  }

  #queueOf(state: SlotState): Queue | undefined {
    switch (state) {
      case "unfinished":
        return this.#unfinished;
      case "idle":
        return this.#idle;
      default:
        return undefined;
    }
  }
}
