/** Options of {@linkcode coalesce}. */
export interface CoalesceOptions {
  /** Maximum number of concurrent calls. */
  readonly maxCalls: number;
  /** Maximum number of items per call. */
  readonly maxItems: number;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Batches items that arrive while a call runs into the next call. If `call` rejects for a batch, it
 * must have had no effect: it is repeated with halves of the batch, so that an item fails only
 * because of itself.
 */
export function coalesce<Item>(
  call: (items: readonly Item[]) => Promise<void>,
  { maxCalls, maxItems }: CoalesceOptions,
): (item: Item) => Promise<void> {
  const queue: Waiting<Item>[] = [];
  let calls = 0;

  /** Never rejects; errors reject the promises of the items. */
  async function work(): Promise<void> {
    calls++;
    // Wait for other items of the same tick.
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
