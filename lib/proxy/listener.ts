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

/** Address of a listening socket. */
export type SocketAddress = Pick<Deno.NetAddr, "hostname" | "port">;

/** A listening socket of the proxy. */
export interface Listener {
  readonly proto: "http" | "https";
  readonly address: SocketAddress;
  /** Accepts the next connection. Rejects if the listener is closed or no descriptor is free. */
  readonly accept: () => Promise<Accepted>;
  readonly close: () => void;
}

/** Address to listen on, and which clients to admit; port 0 lets the kernel choose. */
export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  readonly admit: Admit;
  /** Accepts from this listener, which it owns then, instead of listening on the address. */
  readonly inherited?: Bound | undefined;
  /** Accepts nothing before; until then, connections wait in the kernel. */
  readonly begin?: Promise<unknown> | undefined;
}

/** A listener, and the real address of its socket, which `addr` need not be. */
export interface Bound {
  readonly listener: Deno.TcpListener;
  readonly address: SocketAddress;
}

/** A peer that vanished without a word ends its tunnel after two minutes, not two hours. */
const KEEP_ALIVE = { idleS: 60, intervalS: 10, probes: 6 };

/**
 * Listens for plain HTTP connections. Closes a connection that is not admitted without a response,
 * because any response would cost more than it costs the client to connect again.
 *
 * @throws {Deno.errors.AddrInUse} if the port is in use
 */
export function openListener(options: ListenOptions): Listener {
  const { admit, begin } = options;
  const { listener, address } = bind(options);
  setKeepAlive(address.port, KEEP_ALIVE);
  const closed = Promise.withResolvers<void>();
  const begun = begin && Promise.race([begin, closed.promise]);
  return {
    proto: "http",
    address,
    async accept() {
      await begun;
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
    close() {
      closed.resolve();
      listener.close();
    },
  };
}

function bind({ hostname, port, inherited }: ListenOptions): Bound {
  if (inherited !== undefined) return inherited;
  const listener = Deno.listen({ hostname, port });
  return { listener, address: listener.addr };
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
