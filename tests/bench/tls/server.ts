import { type AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { PAIRS } from "../../proxy/certificates.ts";

/** Opens a node:tls server on loopback and returns its port; ignores errors of clients. */
export async function openServer(onClient: (socket: TLSSocket) => void): Promise<number> {
  const { cert, key } = PAIRS.one;
  const server = createServer({ cert, key }, (socket) => {
    socket.on("error", () => {});
    onClient(socket);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  return (server.address() as AddressInfo).port;
}

/** Connects a client and completes its handshake. */
export async function connectTo(port: number): Promise<Deno.TlsConn> {
  const caCerts = [PAIRS.one.authority];
  const connection = await Deno.connectTls({ hostname: "localhost", port, caCerts });
  await connection.handshake();
  return connection;
}
