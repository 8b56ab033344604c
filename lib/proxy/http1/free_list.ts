/** Most that is kept of a kind: enough for what is under way at a time on a busy machine. */
const MAX_FREE = 256;

/** Things that are dear to make and used again, each by one request at a time. */
export class FreeList<Thing> {
  readonly #things: Thing[] = [];

  /** One that nobody uses, if there is any. */
  take(): Thing | undefined {
    return this.#things.pop();
  }

  /** Takes back what is no longer looked at. */
  give(thing: Thing): void {
    if (this.#things.length < MAX_FREE) this.#things.push(thing);
  }
}
