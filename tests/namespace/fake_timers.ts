import { type Arrivals, arrivals } from "./arrivals.ts";

/** A timer that a test fires. */
export interface FakeTimer {
  readonly ms: number;
  readonly fire: () => void;
  readonly isCleared: () => boolean;
}

/** Fake timers of the process, until they are disposed; new timers are arrivals. */
export interface FakeTimers extends Arrivals<FakeTimer>, Disposable {}

/** Installs fake timers. */
export function fakeTimers(): FakeTimers {
  const { setTimeout, clearTimeout } = globalThis;
  const timers = arrivals<FakeTimer>();
  const cleared = new Set<number>();
  let last = 0;
  const start = (callback: () => void, ms = 0): number => {
    const id = ++last;
    timers.push({ ms, fire: () => callback(), isCleared: () => cleared.has(id) });
    return id;
  };
  Object.assign(globalThis, { setTimeout: start, clearTimeout: (id: number) => cleared.add(id) });
  return {
    ...timers,
    [Symbol.dispose]: () => void Object.assign(globalThis, { setTimeout, clearTimeout }),
  };
}
