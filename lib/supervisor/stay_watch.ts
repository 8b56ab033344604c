/** Options of {@linkcode watchStay}. */
export interface StayWatchOptions {
  /** Returns true if the instance now stays awake without requests. */
  readonly staysAwake: () => boolean;
  /** Called after each look that says something about the instance's revision. */
  readonly onLook: (staysAwake: boolean) => void;
}

/** Interval of the looks. */
const LOOK_MS = 10_000;

/**
 * Looks now and then if an instance stays awake, until it is disposed of. Only the second look in a
 * row says that it does not: code often registers its tasks a little later than it listens.
 */
export function watchStay({ staysAwake, onLook }: StayWatchOptions): Disposable {
  let before = true;
  const look = (): void => {
    const now = staysAwake();
    if (now || !before) onLook(now);
    before = now;
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
