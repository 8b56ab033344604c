/** Things that come one by one, for a test that waits for each and for no time. */
export interface Arrivals<Thing> {
  readonly push: (thing: Thing) => void;
  /** The first that nobody has taken yet, as soon as there is one. */
  readonly next: () => Promise<Thing>;
  /** How many came that nobody has taken. */
  readonly count: () => number;
}

/** Makes a row of arrivals, empty. */
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

/** Lets everything go on that waits for nothing but promises which are there already. */
export async function settle(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const { promise, resolve } = Promise.withResolvers<void>();
  port2.onmessage = () => resolve();
  port1.postMessage(undefined);
  await promise;
  port1.close();
  port2.close();
}
