import { sleep } from "../system/sleep.ts";
import type { RefusedReader } from "./refused_reader.ts";
import type { RefusedElement } from "./refused_set.ts";

/** A destination that the firewall has refused to a function. */
export type RefusedConnection = Pick<RefusedElement, "address" | "protocol" | "port">;

/** Tells each function what the firewall refuses to it. Disposing of it stops that. */
export interface RefusalWatch extends AsyncDisposable {
  /**
   * Calls `onRefused` for each destination that is refused to the function with this address, at
   * most once a minute each. Dispose of it before another function gets the address.
   */
  readonly follow: (
    source: string,
    onRefused: (connection: RefusedConnection) => void,
  ) => Disposable;
}

/** Options of {@linkcode watchRefusals}. */
export interface RefusalWatchOptions {
  /** Missing where nothing notes refusals. */
  readonly reader: RefusedReader | undefined;
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Interval of looks. The set keeps what happens in between. */
export const REFUSAL_LOOK_MS = 2_000;

/** Looks at the set of refused destinations while any function is followed. */
export function watchRefusals(
  { reader, pause = sleep }: RefusalWatchOptions,
): RefusalWatch {
  const followers = new Map<string, (connection: RefusedConnection) => void>();
  const closing = new AbortController();
  let left: ReadonlyMap<string, number> = new Map();

  function look(): void {
    const elements = reader?.read() ?? [];
    if (elements.length === 0 && left.size === 0) return;
    const now = new Map<string, number>();
    for (const { source, leftMs, ...connection } of elements) {
      const key = `${source} ${connection.address} ${connection.protocol} ${connection.port}`;
      now.set(key, leftMs);
      // With more time than before, the kernel has forgotten it and noted it again.
      if (leftMs > (left.get(key) ?? -1)) followers.get(source)?.(connection);
    }
    left = now;
  }

  async function lookAgain(): Promise<void> {
    while (!closing.signal.aborted) {
      await pause(REFUSAL_LOOK_MS, closing.signal);
      if (followers.size > 0 && !closing.signal.aborted) look();
    }
  }

  const looking = reader === undefined ? Promise.resolve() : lookAgain();
  return {
    follow(source, onRefused) {
      followers.set(source, onRefused);
      return {
        [Symbol.dispose]() {
          // A function that exits because of a refusal has gone before the next look.
          look();
          if (followers.get(source) === onRefused) followers.delete(source);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await looking;
      reader?.[Symbol.dispose]();
    },
  };
}
