/** A queue of arrivals, for a test that waits for each and not for a time. */
export interface Arrivals<Thing> {
  readonly push: (thing: Thing) => void;
  /** Resolves with the first arrival that was not taken. */
  readonly next: () => Promise<Thing>;
  /** Number of arrivals that were not taken. */
  readonly count: () => number;
}

/** Creates an empty queue. */
export function arrivals<Thing>(): Arrivals<Thing> {
  const things: Thing[] = [];
  const takers: ((thing: Thing) => void)[] = [];
  return {
    push(thing) {
      const taker = takers.shift();
      if (taker === undefined) things.push(thing);
      else taker(thing);
    },
    next() {
      if (things.length > 0) return Promise.resolve(things.shift()!);
      const { promise, resolve } = Promise.withResolvers<Thing>();
      takers.push(resolve);
      return promise;
    },
    count: () => things.length,
  };
}

/** Runs everything that waits only for resolved promises. */
export async function settle(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const { promise, resolve } = Promise.withResolvers<void>();
  port2.onmessage = () => resolve();
  port1.postMessage(undefined);
  await promise;
  port1.close();
  port2.close();
}
