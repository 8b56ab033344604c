import type { KeyPair } from "./terminator.ts";

/** Paths of a certificate chain and its key. */
export interface KeyPairFiles {
  readonly certPath: string;
  readonly keyPath: string;
}

/** How {@linkcode watchKeyPair} looks. */
export interface RenewalOptions extends KeyPairFiles {
  /** The pair that is in use. */
  readonly current: KeyPair;
  readonly intervalMs: number;
  /** Takes a pair that is new; throws when it can't be used. */
  readonly renew: (pair: KeyPair) => void;
  readonly onRenewed: () => void;
  /** Told once for each state of the files that can't be used. */
  readonly onWarning: (message: string) => void;
}

/**
 * Reads a certificate chain and its key.
 *
 * @throws {Deno.errors.NotFound} when one of them is missing
 */
export async function readKeyPair({ certPath, keyPath }: KeyPairFiles): Promise<KeyPair> {
  const [cert, key] = await Promise.all([Deno.readTextFile(certPath), Deno.readTextFile(keyPath)]);
  return { cert, key };
}

/**
 * Reads the files again and again, and takes up what changed: whoever renews certificates replaces
 * links, or writes in place, or one file after the other. A pair that can't be used changes
 * nothing.
 */
export function watchKeyPair(options: RenewalOptions): AsyncDisposable {
  let seen: KeyPair | undefined = options.current;
  let warned = "";
  const look = async (): Promise<void> => {
    try {
      const pair = await readKeyPair(options);
      if (pair.cert === seen?.cert && pair.key === seen.key) return;
      seen = pair;
      options.renew(pair);
      warned = "";
      options.onRenewed();
    } catch (error) {
      const message = (error as Error).message;
      if (message === warned) return;
      warned = message;
      options.onWarning(
        `The certificate "${options.certPath}" and its key "${options.keyPath}" can't be used: ` +
          `${message}. The one before stays in use; mend the files`,
      );
    }
  };
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look().finally(() => looking = undefined);
  }, options.intervalMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
    },
  };
}
