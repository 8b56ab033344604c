import type { KeyPair } from "./terminator.ts";

/** Paths of a certificate chain and its key. */
export interface KeyPairFiles {
  readonly certPath: string;
  readonly keyPath: string;
}

/** Options of {@linkcode watchKeyPair}. */
export interface RenewalOptions extends KeyPairFiles {
  /** The pair in use. */
  readonly current: KeyPair;
  readonly intervalMs: number;
  /** Replaces the pair in use; throws if the new pair can't be used. */
  readonly renew: (pair: KeyPair) => void;
  readonly onRenewed: () => void;
  /** Called once for each state of the files that can't be used. */
  readonly onWarning: (message: string) => void;
}

/**
 * Reads a certificate chain and its key.
 *
 * @throws {Deno.errors.NotFound} if one of the files is missing
 */
export async function readKeyPair({ certPath, keyPath }: KeyPairFiles): Promise<KeyPair> {
  const [cert, key] = await Promise.all([Deno.readTextFile(certPath), Deno.readTextFile(keyPath)]);
  return { cert, key };
}

/**
 * Reads the files at an interval, and passes a changed pair to `renew`. It does not rely on file
 * events, because tools that renew certificates replace links, write in place, or write one file
 * after the other. A pair that can't be used changes nothing.
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
          `${message}. The previous pair stays in use. Fix the files`,
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
