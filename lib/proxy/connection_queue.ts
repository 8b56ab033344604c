/** A member of at most one {@linkcode ConnectionQueue}. */
export interface QueuedConnection<Self> {
  /** Time when it entered its queue, on a monotonic clock. */
  sinceMs: number;
  /** Its neighbours there. */
  older: Self | undefined;
  newer: Self | undefined;
}

/** Connections in one state, in the order in which they entered it. */
export class ConnectionQueue<Member extends QueuedConnection<Member>> {
  oldest: Member | undefined;
  #newest: Member | undefined;

  /** Adds a member as the newest. */
  push(member: Member): void {
    member.older = this.#newest;
    member.newer = undefined;
    if (this.#newest === undefined) this.oldest = member;
    else this.#newest.newer = member;
    this.#newest = member;
  }

  /** Removes a member, wherever it is. */
  remove(member: Member): void {
    if (member.older === undefined) this.oldest = member.newer;
    else member.older.newer = member.newer;
    if (member.newer === undefined) this.#newest = member.older;
    else member.newer.older = member.older;
    member.older = member.newer = undefined;
  }
}
