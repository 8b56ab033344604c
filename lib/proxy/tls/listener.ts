import { sleep } from "../../system/sleep.ts";
import { type Accepted, type Listener, type ListenOptions, openListener } from "../listener.ts";
import { openPassage, type Passage } from "./passage.ts";
import { type KeyPair, openTerminator } from "./terminator.ts";

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
  /** Connections beyond these, so that they can be told that they are too many. */
  readonly spareConnections?: number;
}

const SPARE_CONNECTIONS = 128;

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
  const { maxConnections, spareConnections = SPARE_CONNECTIONS } = options;
  let terminator = openTerminator(options.pair);
  let front: Listener;
  try {
    front = openListener(options);
  } catch (error) {
    terminator.retire();
    throw error;
  }
  const passages = new Set<Passage>();
  /** Those that were closed and still hand over, the first of them first. */
  const handingOver = new Set<Passage>();
  /** Clients that are in, those included whose passage is still being made. */
  let entered = 0;
  const closing = new AbortController();
  /** Who waits for a connection, and connections that nobody has taken yet. */
  const takers: PromiseWithResolvers<Accepted>[] = [];
  const ready: Accepted[] = [];

  async function takeIn(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        const arrived = await front.accept();
        entered++;
        if (entered <= maxConnections + spareConnections || makeRoom()) void passOn(arrived);
        else turnAway(arrived);
      } catch (error) {
        takers.shift()?.reject(error);
        await sleep(RETRY_MS, closing.signal);
      }
    }
  }

  async function passOn(arrived: Accepted): Promise<void> {
    try {
      const met = await terminator.meet();
      const passage = openPassage(arrived.connection, met, {
        account: arrived.account,
        onClosing: () => handingOver.add(passage),
      });
      passages.add(passage);
      void passage.ended.then(() => {
        passages.delete(passage);
        handingOver.delete(passage);
        entered--;
        arrived.leave();
      });
      // Its peer has it until the public connection is closed, and not only this end of it.
      const accepted = { ...arrived, connection: passage.served, leave: () => {} };
      const taker = takers.shift();
      if (taker !== undefined) taker.resolve(accepted);
      else if (closing.signal.aborted) passage.served.close();
      else ready.push(accepted);
    } catch (error) {
      turnAway(arrived);
      takers.shift()?.reject(error);
    }
  }

  /** Gives up a client that takes what is left for it too slowly, for one that has just come. */
  function makeRoom(): boolean {
    const [slowest] = handingOver;
    if (slowest === undefined) return false;
    handingOver.delete(slowest);
    slowest.abandon();
    return true;
  }

  function turnAway({ connection, leave }: Accepted): void {
    connection.close();
    entered--;
    leave();
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
