/**
 * State of a client's connection. `unfinished`: no whole head of a request has come since it
 * opened, or a further one has begun. `idle`: its requests are answered and nothing more has come.
 * `busy`: a request, or a tunnel, is under way. `outside`: it is not, or no longer, in a table.
 */
export type Standing = "unfinished" | "idle" | "busy" | "outside";

/** Standings of connections that may be closed for another one's sake, in the order of that. */
export type Evictable = Extract<Standing, "unfinished" | "idle">;

/** So much time a client has for its head before it is taken for one that has none. */
const HEAD_GRACE_MS = 1_000;

/** At most so many are closed for one that arrives; more than one only after the table shrank. */
const MAX_EVICTED_AT_ONCE = 2;

/** One client's connection in a table. */
export class ConnectionSlot {
  standing: Standing = "outside";
  /** Whether a request has been read from it. */
  hasAsked = false;
  /** When it became unfinished. */
  unfinishedAtMs = 0;
  /** Neighbours among those of the same standing. */
  older: ConnectionSlot | undefined;
  newer: ConnectionSlot | undefined;

  readonly #table: ConnectionTable;

  /** `evict` closes the connection; called once at most, when its place is taken. */
  constructor(table: ConnectionTable, readonly evict: (standing: Evictable) => void) {
    this.#table = table;
  }

  /** It waits for bytes of a request; `isBegun`: some are there already. */
  await(isBegun: boolean): void {
    const standing = isBegun || !this.hasAsked ? "unfinished" : "idle";
    if (standing !== this.standing) this.#table.move(this, standing);
  }

  /** It has a request now; gives false when its place was taken meanwhile. */
  occupy(): boolean {
    if (this.standing === "outside") return false;
    this.hasAsked = true;
    if (this.standing !== "busy") this.#table.move(this, "busy");
    return true;
  }

  /** It has nothing to answer any more. */
  finish(): void {
    this.#table.move(this, "idle");
  }

  /** It is closed. */
  leave(): void {
    this.#table.move(this, "outside");
  }
}

/** Connections of one standing, from the one that has had it longest. */
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
 * The connections of all clients, and which of them gives way when there are too many. Every step
 * takes the same time, however many there are.
 */
export class ConnectionTable {
  /** Connections in it. */
  size = 0;

  readonly #now: () => number;
  readonly #unfinished = new Queue();
  readonly #idle = new Queue();

  /** `now` gives milliseconds that never step back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Takes a connection in, as one that has not sent a request yet. When the table is full, another
   * one is closed for it: the one that has been unfinished for longest, or, when that is not long,
   * the one that has been idle for longest. Gives false when all are busy.
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

  /** Gives a connection another standing, or takes it out. One that is outside stays there. */
  move(slot: ConnectionSlot, to: Standing): void {
    if (slot.standing === to || slot.standing === "outside") return;
    this.#queueOf(slot.standing)?.remove(slot);
    this.#enter(slot, to);
    if (to === "outside") this.size--;
  }

  #enter(slot: ConnectionSlot, standing: Standing): void {
    slot.standing = standing;
    if (standing === "unfinished") slot.unfinishedAtMs = this.#now();
    this.#queueOf(standing)?.push(slot);
  }

  #evict(): boolean {
    const unfinished = this.#unfinished.oldest;
    // A client that has just come may be sending its head: it goes before no idle one.
    const isLate = unfinished !== undefined &&
      this.#now() - unfinished.unfinishedAtMs >= HEAD_GRACE_MS;
    const slot = isLate ? unfinished : this.#idle.oldest ?? unfinished;
    if (slot === undefined) return false;
    const standing = slot.standing as Evictable;
    this.move(slot, "outside");
    slot.evict(standing);
    return true;
  }

  #queueOf(standing: Standing): Queue | undefined {
    switch (standing) {
      case "unfinished":
        return this.#unfinished;
      case "idle":
        return this.#idle;
      default:
        return undefined;
    }
  }
}
