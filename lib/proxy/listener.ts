import type { Peer } from "./peer.ts";
import type { PeerAccount } from "./peer_table.ts";
import type { Connection } from "./http1/wire.ts";
import { setKeepAlive } from "../system/keep_alive.ts";

/** An admitted client. */
export interface Visit {
  readonly peer: Peer;
  readonly account: PeerAccount;
  /** The caller must call it once, when the connection is closed. */
  readonly leave: () => void;
}

/** An accepted connection of an admitted client. */
export interface Accepted extends Visit {
  readonly connection: Connection;
}

/** Admits a client by its address and port as reported by the kernel, or returns `undefined`. */
export type Admit = (address: string, port: number) => Visit | undefined;

/** A listening socket of the proxy. */
export interface Listener {
  readonly proto: "http" | "https";
  readonly port: number;
  /** Accepts the next connection. Rejects if the listener is closed or no descriptor is free. */
  readonly accept: () => Promise<Accepted>;
  readonly close: () => void;
}

/** Address to listen on, and which clients to admit; port 0 lets the kernel choose. */
export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  readonly admit: Admit;
}

/** A peer that vanished without a word ends its tunnel after two minutes, not two hours. */
const KEEP_ALIVE = { idleS: 60, intervalS: 10, probes: 6 };

/**
 * Listens for plain HTTP connections. Closes a connection that is not admitted without a response,
 * because any response would cost more than it costs the client to connect again.
 *
 * @throws {Deno.errors.AddrInUse} if the port is in use
 */
export function openListener({ hostname, port, admit }: ListenOptions): Listener {
  const listener = Deno.listen({ hostname, port });
  setKeepAlive(listener.addr.port, KEEP_ALIVE);
  return {
    proto: "http",
    port: listener.addr.port,
    async accept() {
      for (;;) {
        const connection = await acceptNext(listener);
        if (connection === undefined) continue;
        const { hostname: address, port: clientPort } = connection.remoteAddr;
        const visit = admit(address, clientPort);
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
