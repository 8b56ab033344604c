import { sleep } from "../system/sleep.ts";
import { type Accepted, type Listener, type ListenOptions, openListener } from "./listener.ts";
import { openPassage, type Passage } from "./tls_passage.ts";
import { type KeyPair, openTerminator } from "./tls_terminator.ts";

/** A listener whose certificate can change while it listens. */
export interface TlsListener extends Listener {
  /**
   * Takes another certificate for the connections to come; those that are open keep theirs.
   *
   * @throws {Error} when the two don't go together; the one before stays
   */
  readonly renew: (pair: KeyPair) => void;
  /** Closes what still hands over to clients whose connections were closed. */
  readonly abandon: () => void;
}

/** How {@linkcode openTlsListener} listens. */
export interface TlsListenOptions extends ListenOptions {
  readonly pair: KeyPair;
  /** Connections in all, with those that were closed and still have something to hand over. */
  readonly maxConnections: number;
}

/** Connections beyond the most there may be, so that they can be told so. */
const MORE = 128;

/** Between two attempts to accept, when that fails. */
const RETRY_MS = 100;

/**
 * Listens for TLS connections, with HTTP/1.1 inside.
 *
 * A listening socket is bound to its certificate, and to close it resets what has arrived and was
 * not accepted yet. So the public socket takes plain connections for ever, and passes each on to a
 * listener on loopback that ends TLS: that one can be replaced without anybody noticing, for the
 * price of copying each byte once more.
 *
 * @throws {Deno.errors.AddrInUse} when the port is taken
 * @throws {Error} when certificate and key don't go together
 */
export function openTlsListener(options: TlsListenOptions): TlsListener {
  const { maxConnections } = options;
  let terminator = openTerminator(options.pair);
  let front: Listener;
  try {
    front = openListener(options);
  } catch (error) {
    terminator.retire();
    throw error;
  }
  const passages = new Set<Passage>();
  const closing = new AbortController();
  /** Who waits for a connection, and connections that nobody has taken yet. */
  const takers: PromiseWithResolvers<Accepted>[] = [];
  const ready: Accepted[] = [];

  async function takeIn(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        const arrived = await front.accept();
        if (passages.size < maxConnections + MORE) void passOn(arrived);
        else arrived.connection.close();
      } catch (error) {
        takers.shift()?.reject(error);
        await sleep(RETRY_MS, closing.signal);
      }
    }
  }

  async function passOn({ connection, address }: Accepted): Promise<void> {
    try {
      const passage = openPassage(connection, await terminator.meet());
      passages.add(passage);
      void passage.ended.then(() => passages.delete(passage));
      const accepted = { connection: passage.served, address };
      const taker = takers.shift();
      if (taker !== undefined) taker.resolve(accepted);
      else if (closing.signal.aborted) passage.served.close();
      else ready.push(accepted);
    } catch (error) {
      connection.close();
      takers.shift()?.reject(error);
    }
  }

  void takeIn();

  return {
    proto: "https",
    port: front.port,
    async accept() {
      closing.signal.throwIfAborted();
      const accepted = ready.shift();
      if (accepted !== undefined) return accepted;
      const taker = Promise.withResolvers<Accepted>();
      takers.push(taker);
      return await taker.promise;
    },
    renew(pair) {
      closing.signal.throwIfAborted();
      const successor = openTerminator(pair);
      terminator.retire();
      terminator = successor;
    },
    close() {
      closing.abort();
      front.close();
      terminator.retire();
      for (const { connection } of ready.splice(0)) connection.close();
      for (const taker of takers.splice(0)) taker.reject(closing.signal.reason);
    },
    abandon() {
      for (const passage of passages) passage.abandon();
    },
  };
}
