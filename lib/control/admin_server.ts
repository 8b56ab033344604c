import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { PeerTable } from "../proxy/peer_table.ts";
import { sleep } from "../system/sleep.ts";

/** A request, as far as it matters. */
export interface AdminRequest {
  readonly method: string;
  /** As it was sent: a path with its query, or a whole URL. */
  readonly target: string;
  readonly host: string | undefined;
}

/** Its answer: a text. */
export interface AdminReply {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options of {@linkcode openAdminServer}: the address and the handler. */
export interface AdminServerOptions {
  readonly hostname: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  readonly answer: (request: AdminRequest) => Promise<AdminReply>;
  /** For a request's head. */
  readonly headTimeoutMs?: number;
}

/** A server that listens. Disposing of it closes its connections. */
export interface AdminServer extends AsyncDisposable {
  readonly port: number;
}

/** Each takes a descriptor of the supervisor's, which its proxy needs too. */
const MAX_CONNECTIONS = 256;
/** So that nobody keeps probes and Prometheus out alone. */
const MAX_CONNECTIONS_PER_PEER = 64;

const HEAD_TIMEOUT_MS = 10_000;
const SHUTDOWN_MS = 500;

/**
 * Serves texts by HTTP to few clients, whose connections and heads are bounded.
 *
 * @throws {Error} when it can't listen there
 */
export async function openAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { headTimeoutMs = HEAD_TIMEOUT_MS } = options;
  const server = createServer({
    headersTimeout: headTimeoutMs,
    requestTimeout: headTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, headTimeoutMs),
  });
  server.maxConnections = MAX_CONNECTIONS;
  const peers = new PeerTable();
  server.on("connection", (socket) => admitConnection(socket, peers));
  server.on("request", (request, response) => void respond(request, response, options.answer));
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await Promise.race([closed, sleep(SHUTDOWN_MS)]);
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(
  server: Server,
  { hostname: host, port }: Pick<AdminServerOptions, "hostname" | "port">,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).once("listening", resolve);
  server.listen({ host, port });
  await promise;
}

function admitConnection(socket: Socket, peers: PeerTable): void {
  // Without a listener, a client that goes away early would end the supervisor.
  socket.on("error", () => socket.destroy());
  const account = peers.enter(socket.remoteAddress ?? "", {
    isExempt: false,
    maxConnections: MAX_CONNECTIONS_PER_PEER,
  });
  if (account === undefined) socket.destroy();
  else socket.on("close", () => peers.leave(account));
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: AdminServerOptions["answer"],
): Promise<void> {
  const { method = "", url: target = "", headers: { host } } = request;
  let reply: AdminReply;
  try {
    reply = await answer({ method, target, host });
  } catch (error) {
    reply = { status: 500, text: `${error}\n` };
  }
  const bytes = new TextEncoder().encode(reply.text);
  response.writeHead(reply.status, {
    "content-type": "text/plain;charset=UTF-8",
    "content-length": bytes.length,
    // What was not read of a body is not waited for.
    ...(request.complete ? {} : { connection: "close" }),
    ...reply.headers,
  });
  response.end(method === "HEAD" ? undefined : bytes);
}
