import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { PeerTable } from "../proxy/peer_table.ts";
import type { ListeningAddress } from "../system/listening_address.ts";
import { sleep } from "../system/sleep.ts";

/** A request of the admin endpoint. */
export interface AdminRequest {
  readonly method: string;
  /** Request target as sent: path and query, or an absolute URL. */
  readonly target: string;
  readonly host: string | undefined;
  /** Returns the value of a field, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A text response. */
export interface AdminReply {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers the requests of browsers. Disposing of it ends what it still sends. */
export interface PageHandler extends Disposable {
  /** Answers a request; `target` is its path and query. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, target: string) => void;
}

/** Options of {@linkcode openAdminServer}: the address and the handler. */
export interface AdminServerOptions {
  readonly hostname: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  /** Descriptor of a listening socket to accept from instead, which this server owns then. */
  readonly descriptor?: number | undefined;
  readonly answer: (request: AdminRequest) => Promise<AdminReply>;
  /** Returns the handler of a page to let it answer instead, and the target for it. */
  readonly pageOf?: (request: AdminRequest) => readonly [PageHandler, string] | undefined;
  /** Timeout of a request's head. */
  readonly headTimeoutMs?: number;
}

/** A listening server. Disposing of it closes its connections. */
export interface AdminServer extends AsyncDisposable {
  readonly port: number;
  readonly address: ListeningAddress;
}

/** Each connection takes a file descriptor, and the proxy needs descriptors too. */
const MAX_CONNECTIONS = 256;
/** Prevents one peer from keeping out probes and Prometheus. */
const MAX_CONNECTIONS_PER_PEER = 64;

const HEAD_TIMEOUT_MS = 10_000;
const SHUTDOWN_MS = 500;

/**
 * Serves text responses over HTTP, with limits on connections and on the time of a request's head.
 *
 * @throws {Error} if it can't listen on the address
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
  server.on("request", (request, response) => void respond(request, response, options));
  await listen(server, options);
  const { address: listening, port } = server.address() as AddressInfo;
  return {
    port,
    address: { hostname: listening, port },
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
  { hostname: host, port, descriptor }: Pick<
    AdminServerOptions,
    "hostname" | "port" | "descriptor"
  >,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).once("listening", resolve);
  server.listen(descriptor === undefined ? { host, port } : { fd: descriptor });
  await promise;
}

function admitConnection(socket: Socket, peers: PeerTable): void {
  // Without a listener, a client that disconnects early would crash the supervisor.
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
  { answer, pageOf }: Pick<AdminServerOptions, "answer" | "pageOf">,
): Promise<void> {
  const { method = "", url: target = "", headers: { host } } = request;
  const header = (name: string): string | undefined => request.headers[name]?.toString();
  const asked = { method, target, host, header, body: request };
  const page = pageOf?.(asked);
  if (page !== undefined) return page[0].handle(request, response, page[1]);
  let reply: AdminReply;
  try {
    reply = await answer(asked);
  } catch (error) {
    reply = { status: 500, text: `${error}\n` };
  }
  const bytes = new TextEncoder().encode(reply.text);
  response.writeHead(reply.status, {
    "content-type": "text/plain;charset=UTF-8",
    "content-length": bytes.length,
    // Do not wait for the rest of a request body.
    ...(request.complete ? {} : { connection: "close" }),
    ...reply.headers,
  });
  response.end(method === "HEAD" ? undefined : bytes);
}
