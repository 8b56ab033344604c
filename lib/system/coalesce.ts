/** How {@linkcode coalesce} gathers. */
export interface CoalesceOptions {
  /** How many calls run at a time. */
  readonly maxCalls: number;
  /** How many items one call takes at most. */
  readonly maxItems: number;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what is asked for while a call runs, and does it in the next one. `call` does all of its
 * items, or it rejects and may be called again with fewer: a gathered call that fails is done again
 * in halves, so that an item is failed by nothing but itself.
 */
export function coalesce<Item>(
  call: (items: readonly Item[]) => Promise<void>,
  { maxCalls, maxItems }: CoalesceOptions,
): (item: Item) => Promise<void> {
  const queue: Waiting<Item>[] = [];
  let calls = 0;

  /** Never rejects: the items' own promises tell. */
  async function work(): Promise<void> {
    calls++;
    // What is asked for in the same breath goes together.
    await Promise.resolve();
    while (queue.length > 0) await attempt(queue.splice(0, maxItems));
    calls--;
  }

  async function attempt(group: readonly Waiting<Item>[]): Promise<void> {
    try {
      await call(group.map(({ item }) => item));
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1) return group[0]!.reject(error);
      const half = Math.ceil(group.length / 2);
      await attempt(group.slice(0, half));
      await attempt(group.slice(half));
    }
  }

  return (item) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    queue.push({ item, resolve, reject });
    if (calls < maxCalls) work();
    return promise;
  };
}
