import { type Accepted, type Listener, type ListenOptions, openListener } from "./listener.ts";
import { pass } from "./tunnel.ts";
import { type Connection, Wire } from "./wire.ts";

/** A certificate chain and its key, in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A listener whose certificate can change while it listens. */
export interface TlsListener extends Listener {
  /**
   * Takes another certificate for the connections to come; those that are open keep theirs.
   *
   * @throws {Error} when the two don't go together; the one before stays
   */
  readonly renew: (pair: KeyPair) => void;
}

const LOOPBACK = "127.0.0.1";
const BUFFER_BYTES = 16 * 1024;

/** A client that takes nothing of what is left for it is given up after one to two of these. */
const STUCK_MS = 60_000;

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
export function openTlsListener(options: ListenOptions & { readonly pair: KeyPair }): TlsListener {
  let terminator = openTerminator(options.pair);
  let successor: Deno.TlsListener | undefined;
  let front: Listener;
  try {
    front = openListener(options);
  } catch (error) {
    terminator.close();
    throw error;
  }

  return {
    proto: "https",
    port: front.port,
    async accept() {
      for (;;) {
        const arrived = await front.accept();
        if (successor !== undefined) {
          terminator.close();
          [terminator, successor] = [successor, undefined];
        }
        try {
          return await passThrough(arrived, terminator);
        } catch {
          // It is gone already, or there is no room for it: the next accept will tell.
          arrived.connection.close();
        }
      }
    },
    renew(pair) {
      const next = openTerminator(pair);
      successor?.close();
      successor = next;
    },
    close() {
      front.close();
      terminator.close();
      successor?.close();
    },
  };
}

function openTerminator(pair: KeyPair): Deno.TlsListener {
  return Deno.listenTls({ hostname: LOOPBACK, port: 0, alpnProtocols: ["http/1.1"], ...pair });
}

/** The TLS side of a client's connection, once bytes pass between the two. */
async function passThrough(
  { connection, address }: Accepted,
  terminator: Deno.TlsListener,
): Promise<Accepted> {
  const [inner, served] = await meet(terminator);
  inner.setNoDelay(true);
  const client = new Wire(connection, BUFFER_BYTES);
  const hidden = new Wire(inner, BUFFER_BYTES);
  client.onRead = () => client.isBroken && hidden.close();
  hidden.onRead = () => hidden.isBroken && client.close();
  const toClient = pass(hidden, client);
  const ended = Promise.all([pass(client, hidden), toClient]);
  return { connection: closingBoth(served, { client, hidden, toClient, ended }), address };
}

/** A connection to the terminator, from both its ends; only one is under way at a time. */
async function meet(terminator: Deno.TlsListener): Promise<[Deno.TcpConn, Deno.TlsConn]> {
  const inner = await Deno.connect({ hostname: LOOPBACK, port: terminator.addr.port });
  try {
    for (;;) {
      const served = await terminator.accept();
      if (served.remoteAddr.port === inner.localAddr.port) return [inner, served];
      // Somebody else on this machine found the port.
      served.close();
    }
  } catch (error) {
    inner.close();
    throw error;
  }
}

/** What stands between a client and the TLS side of its connection. */
interface Passage {
  readonly client: Wire;
  readonly hidden: Wire;
  /** Resolves when all that was written for the client has been taken, or can't be. */
  readonly toClient: Promise<void>;
  /** Resolves when both ways have ended. */
  readonly ended: Promise<unknown>;
}

/** The TLS side; when that is closed, so is the client's once it has what was written before. */
function closingBoth(served: Deno.TlsConn, passage: Passage): Connection {
  const { client, hidden, toClient, ended } = passage;
  return {
    read: (into) => served.read(into),
    write: (bytes) => served.write(bytes),
    closeWrite: () => served.closeWrite(),
    close() {
      served.close();
      let written = -1;
      const watch = setInterval(() => {
        if (client.written === written) client.close();
        written = client.written;
      }, STUCK_MS);
      void toClient.then(() => {
        client.close();
        hidden.close();
      });
      void ended.then(() => clearInterval(watch));
    },
  };
}
