import type { Connection } from "./wire.ts";

/** A connection that was accepted. */
export interface Accepted {
  readonly connection: Connection;
  /** The client's address, as the kernel tells it. */
  readonly address: string;
}

/** Where clients arrive. */
export interface Listener {
  readonly proto: "http" | "https";
  readonly port: number;
  /** The next connection; rejects when the listener is closed, or when there is no room. */
  readonly accept: () => Promise<Accepted>;
  readonly close: () => void;
}

/** Where to listen; port 0 lets the kernel choose. */
export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Listens for plain connections.
 *
 * @throws {Deno.errors.AddrInUse} when the port is taken
 */
export function openListener({ hostname, port }: ListenOptions): Listener {
  const listener = Deno.listen({ hostname, port });
  return {
    proto: "http",
    port: listener.addr.port,
    async accept() {
      const connection = await listener.accept();
      connection.setNoDelay(true);
      connection.setKeepAlive(true);
      return { connection, address: connection.remoteAddr.hostname };
    },
    close: () => listener.close(),
  };
}
