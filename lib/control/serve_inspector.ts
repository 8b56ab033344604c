import { createConnection, type Socket } from "node:net";
import type { Endpoint } from "../system/endpoint.ts";

/** Options of {@linkcode serveInspector}. */
export interface ServeInspectorOptions {
  /** Bytes of the client that were read already. */
  readonly head: Uint8Array;
  readonly endpoint: Endpoint;
}

/**
 * Joins a connection with a new one to the inspector of a debug session, byte for byte. Either end
 * closes both; the end of the instance does, too.
 */
export function serveInspector(socket: Socket, { head, endpoint }: ServeInspectorOptions): void {
  const inspector = "path" in endpoint
    ? createConnection({ path: endpoint.path })
    : createConnection({ host: endpoint.hostname, port: endpoint.port });
  const close = (): void => {
    socket.destroy();
    inspector.destroy();
  };
  for (const one of [socket, inspector]) one.on("error", close).on("close", close);
  if (head.length > 0) inspector.write(head);
  socket.pipe(inspector);
  inspector.pipe(socket);
}
