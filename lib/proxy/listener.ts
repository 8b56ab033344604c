import type { Peer } from "./peer.ts";
import type { PeerAccount } from "./peer_table.ts";
import type { Connection } from "./wire.ts";

/** A client that was let in. */
export interface Visit {
  readonly peer: Peer;
  readonly account: PeerAccount;
  /** To be called once, when its connection is closed. */
  readonly leave: () => void;
}

/** A connection that was accepted. */
export interface Accepted extends Visit {
  readonly connection: Connection;
}

/** Lets a client in by its address as the kernel tells it, or gives `undefined`. */
export type Admit = (address: string) => Visit | undefined;

/** Where clients arrive. */
export interface Listener {
  readonly proto: "http" | "https";
  readonly port: number;
  /** The next connection; rejects when the listener is closed, or when there is no room. */
  readonly accept: () => Promise<Accepted>;
  readonly close: () => void;
}

/** Address to listen on, and which clients to admit; port 0 lets the kernel choose. */
export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  readonly admit: Admit;
}

/**
 * Listens for plain connections. One that is not let in is closed at once, without a word: all else
 * would cost more than it costs a client to come again.
 *
 * @throws {Deno.errors.AddrInUse} when the port is taken
 */
export function openListener({ hostname, port, admit }: ListenOptions): Listener {
  const listener = Deno.listen({ hostname, port });
  return {
    proto: "http",
    port: listener.addr.port,
    async accept() {
      for (;;) {
        const connection = await acceptNext(listener);
        if (connection === undefined) continue;
        const visit = admit(connection.remoteAddr.hostname);
        if (visit === undefined) {
          connection.close();
          continue;
        }
        connection.setNoDelay(true);
        connection.setKeepAlive(true);
        return { connection, ...visit };
      }
    },
    close: () => listener.close(),
  };
}

/** The next connection, or `undefined` if its client reset it first (accept(2), getpeername(2)). */
async function acceptNext(listener: Deno.TcpListener): Promise<Deno.TcpConn | undefined> {
  try {
    return await listener.accept();
  } catch (error) {
    const isReset = error instanceof Deno.errors.NotConnected ||
      error instanceof Deno.errors.ConnectionAborted;
    if (isReset) return undefined;
    throw error;
  }
}
