/** A relay to a server that can cut a connection without an end of TLS. */
export interface Relay extends Disposable {
  readonly port: number;
  /** Ends the connection to the server without close_notify (RFC 8446, section 6.1). */
  readonly cut: () => void;
}

/** Passes the bytes of one client to a port of this machine, and those of the server back. */
export function openRelay(to: number): Relay {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.TcpConn[] = [];
  const close = (): void => open.splice(0).forEach((connection) => connection.close());
  const passing = (async () => {
    const client = await listener.accept();
    const server = await Deno.connect({ hostname: "127.0.0.1", port: to });
    open.push(client, server);
    await Promise.all([
      client.readable.pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ]);
  })();
  passing.catch(() => {});
  return {
    port: listener.addr.port,
    cut: close,
    [Symbol.dispose]() {
      close();
      listener.close();
    },
  };
}
