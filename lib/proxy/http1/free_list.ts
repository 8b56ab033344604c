/** Maximum length of a list: enough for the concurrent requests of a busy machine. */
const MAX_FREE = 256;

/** Unused objects that are expensive to allocate; each serves one request at a time. */
export class FreeList<Item> {
  readonly #items: Item[] = [];

  /** Removes and returns an object, or `undefined` if the list is empty. */
  take(): Item | undefined {
    return this.#items.pop();
  }

  /** Returns an object to the list. The caller must not use it any more. */
  give(item: Item): void {
    if (this.#items.length < MAX_FREE) this.#items.push(item);
  }
}
