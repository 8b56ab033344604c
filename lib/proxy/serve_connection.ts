import type { Client } from "./context.ts";
import { refuseHttp2, serveHttp2 } from "./http2/serve_http2.ts";
import { refuseClient } from "./send_reply.ts";
import { serveClient, serveStream } from "./serve_client.ts";

/** Serves a client in the protocol that it has chosen, until either side closes the connection. */
export async function serveConnection(client: Client): Promise<void> {
  if (await isHttp2(client)) return await serveHttp2(client, serveStream);
  await serveClient(client);
}

/** Refuses a client in the protocol that it has chosen. */
export async function refuseConnection(
  client: Client,
  refusal: Parameters<typeof refuseClient>[1],
): Promise<void> {
  if (await isHttp2(client)) return await refuseHttp2(client);
  await refuseClient(client, refusal);
}

/** Waits for the handshake of TLS if it chooses the protocol. */
async function isHttp2({ wire, deadlines, context }: Client): Promise<boolean> {
  const { negotiated } = wire.connection;
  if (negotiated === undefined) return false;
  deadlines.read.set(context.limits.idleTimeoutMs, () => wire.close());
  try {
    return await negotiated() === "h2";
  } catch {
    // The connection is broken, which its first read shows.
    return false;
  } finally {
    deadlines.read.clear();
  }
}
