/** Anything that is in at most one heap; it must keep its place there. */
export interface HeapItem {
  /** Its index in the heap, which the heap maintains; -1 outside. */
  heapIndex: number;
}

/** A binary heap from which any item can be removed. Operations take logarithmic time. */
export class IndexedHeap<Item extends HeapItem> {
  readonly #items: Item[] = [];
  readonly #isBefore: (a: Item, b: Item) => boolean;

  /** `isBefore` returns true if `a` comes first; an item whose order changes must be updated. */
  constructor(isBefore: (a: Item, b: Item) => boolean) {
    this.#isBefore = isBefore;
  }

  /** The first item; `undefined` if the heap is empty. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  /** Adds an item, or moves it to its place after its order has changed. */
  update(item: Item): void {
    const { heapIndex } = item;
    if (heapIndex === -1) this.#rise(item, this.#items.length);
    else if (!this.#rise(item, heapIndex)) this.#sink(item, heapIndex);
  }

  /** Removes an item, if it is there. */
  remove(item: Item): void {
    const { heapIndex } = item;
    if (heapIndex === -1) return;
    item.heapIndex = -1;
    const last = this.#items.pop()!;
    if (last !== item && !this.#rise(last, heapIndex)) this.#sink(last, heapIndex);
  }

  /** Places an item at a free index or above. Returns true if it is above. */
  #rise(item: Item, free: number): boolean {
    const items = this.#items;
    let index = free;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = items[above]!;
      if (!this.#isBefore(item, parent)) break;
      items[index] = parent;
      parent.heapIndex = index;
      index = above;
    }
    items[index] = item;
    item.heapIndex = index;
    return index < free;
  }

  /** Moves an item down from its index. */
  #sink(item: Item, from: number): void {
    const items = this.#items;
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && this.#isBefore(items[below + 1]!, items[below]!)) below++;
      const child = items[below]!;
      if (!this.#isBefore(child, item)) break;
      items[index] = child;
      child.heapIndex = index;
      index = below;
    }
    items[index] = item;
    item.heapIndex = index;
  }
}
