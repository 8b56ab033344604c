import { sleep } from "../../system/sleep.ts";
import type { Wire } from "../http1/wire.ts";
import { type Accepted, type Listener, type ListenOptions, openListener } from "../listener.ts";
import { type CertificateSet, openCertificateSet, UNRECOGNIZED_NAME } from "./certificate_set.ts";
import { MAX_HELLO_BYTES, readServerName } from "./client_hello.ts";
import { openPassage, type Passage } from "./passage.ts";
import type { KeyPair, Met, Terminator } from "./terminator.ts";

/** A listener whose certificates can change while it listens. */
export interface TlsListener extends Listener, Pick<CertificateSet, "renew" | "certify"> {
  /**
   * Closes connections that are closed on this side but still send remaining data to their clients.
   */
  readonly abandon: () => void;
}

/** Options of {@linkcode openTlsListener}. */
export interface TlsListenOptions extends ListenOptions {
  /** The certificate for clients that name no other host; without one, they are refused. */
  readonly pair: KeyPair | undefined;
  /** Maximum number of connections, including closed ones that still have data to send. */
  readonly maxConnections: number;
  /** Offers HTTP/2 besides HTTP/1.1. */
  readonly http2?: boolean | undefined;
  /** Connections accepted above the maximum, so that ddsrv can answer that there are too many. */
  readonly spareConnections?: number;
}

const SPARE_CONNECTIONS = 128;

/** Preferred first. */
const BOTH_PROTOCOLS = ["h2", "http/1.1"];

/** Pause after a failed accept. */
const RETRY_MS = 100;

/**
 * Listens for TLS connections, with HTTP/1.1 inside, or HTTP/2 if it is offered and chosen.
 *
 * A listening TLS socket is bound to its certificate, and closing it resets the connections that it
 * has not accepted yet. So the public socket accepts plain connections and stays open, and passes
 * each connection to a listener on loopback that terminates TLS. That listener can be replaced
 * without an interruption; the price is one more copy of each byte. Each certificate has its own
 * listener; if there are several, the client's first bytes decide.
 *
 * @throws {Deno.errors.AddrInUse} if the port is in use
 * @throws {Error} if certificate and key don't match
 */
export function openTlsListener(options: TlsListenOptions): TlsListener {
  const { maxConnections, spareConnections = SPARE_CONNECTIONS, http2 = false } = options;
  const alpn = http2 ? { alpnProtocols: BOTH_PROTOCOLS } : {};
  const certificates = openCertificateSet(options.pair, alpn);
  let front: Listener;
  try {
    front = openListener(options);
  } catch (error) {
    certificates.retire();
    throw error;
  }
  const passages = new Set<Passage>();
  /** Closed connections that still send data to their clients, oldest first. */
  const handingOver = new Set<Passage>();
  /** Number of connected clients, including those whose passage is not complete yet. */
  let entered = 0;
  const closing = new AbortController();
  /** Callers that wait for a connection, or connections that no caller has taken yet. */
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
      const { only } = certificates;
      const met = await only?.meet();
      const passage = openPassage(arrived.connection, {
        meet: met === undefined ? meetNamed : () => Promise.resolve(met),
        account: arrived.account,
        hasChoice: http2,
        onClosing: () => handingOver.add(passage),
      });
      passages.add(passage);
      void passage.ended.then(() => {
        passages.delete(passage);
        handingOver.delete(passage);
        entered--;
        arrived.leave();
      });
      // It counts for its peer until the public connection is closed, not only this end.
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

  /** Meets the terminator whose certificate is for the host that a client names. */
  async function meetNamed(client: Wire): Promise<Met> {
    const terminator = await chooseByName(client);
    try {
      return await terminator.meet();
    } catch (error) {
      takers.shift()?.reject(error);
      throw error;
    }
  }

  async function chooseByName(client: Wire): Promise<Terminator> {
    for (;;) {
      const hello = client.buffer.subarray(client.start, client.end);
      const read = readServerName(hello);
      if (read.type !== "incomplete" || hello.length >= MAX_HELLO_BYTES) {
        const chosen = certificates.choose(read.type === "hello" ? read.name : undefined);
        if (chosen !== undefined) return chosen;
        if (read.type === "hello") await client.write(UNRECOGNIZED_NAME);
        throw new Deno.errors.InvalidData("The client names no host with a certificate");
      }
      if (!await client.fill()) throw new Deno.errors.ConnectionReset("The client is gone");
    }
  }

  /**
   * Makes room for a new client: drops the one that has been reading its remaining data the
   * longest.
   */
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
    address: front.address,
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
      certificates.renew(pair);
    },
    certify(id, certificate) {
      closing.signal.throwIfAborted();
      certificates.certify(id, certificate);
    },
    close() {
      closing.abort();
      front.close();
      certificates.retire();
      for (const { connection } of ready.splice(0)) connection.close();
      for (const taker of takers.splice(0)) taker.reject(closing.signal.reason);
    },
    abandon() {
      for (const passage of passages) passage.abandon();
    },
  };
}
