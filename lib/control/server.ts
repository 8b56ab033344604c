import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { sleep } from "../system/sleep.ts";
import { answer } from "./answer_request.ts";
import { splitTarget } from "./split_target.ts";
import { API_VERSION, VERSION_FIELD } from "./api.ts";
import { clearSocket } from "./clear_socket.ts";
import { openPeerReader, type PeerReader } from "./peer_uid.ts";
import { type ControlContext, failure, type Reply } from "./route.ts";
import { ROUTES } from "./api_routes.ts";

/** Where and for what the control API is served. */
export interface ControlOptions extends ControlContext {
  readonly socket: string;
}

/** Tells the user of a connection, and remembers connections of other users. */
interface ConnectionCheck {
  readonly peers: PeerReader;
  readonly unauthorized: WeakSet<Socket>;
}

/** At most so many clients at a time, each of which takes a descriptor. */
const MAX_CONNECTIONS = 2_048;

/** For a request's head, and for all of it. How long an answer may take is its route's to say. */
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** For a client to take its answer. */
const TAKE_TIMEOUT_MS = 30_000;

/** For somebody else to be told so. */
const UNAUTHORIZED_MS = 1_000;

/** For answers to be finished when the server closes. */
const CLOSE_MS = 500;

/**
 * Serves the control API, HTTP and JSON on a Unix socket. Its mode keeps others out, and who
 * connects all the same is asked for by the kernel's word: root and the supervisor's own user are
 * answered.
 *
 * @throws {Error} when the socket's path is taken by something that is not ours
 */
export async function openControl(options: ControlOptions): Promise<AsyncDisposable> {
  await clearSocket(options.socket);
  await using stack = new AsyncDisposableStack();
  const peers = stack.use(openPeerReader());
  const server = createServer({
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = MAX_CONNECTIONS;
  const unauthorized = new WeakSet<Socket>();
  server.on("connection", (socket) => authorize(socket, { peers, unauthorized }));
  server.on("request", (request, response) => {
    if (unauthorized.has(request.socket)) refuse(request, response);
    else void respond(request, response, options);
  });
  await listen(server, options.socket);
  stack.defer(() => close(server));
  const open = stack.move();
  return { [Symbol.asyncDispose]: () => open.disposeAsync() };
}

async function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).once("listening", resolve);
  // The mode holds from the first moment on, which a later chmod would not give.
  const umask = Deno.umask(0o177);
  try {
    server.listen({ path, backlog: MAX_CONNECTIONS });
  } finally {
    Deno.umask(umask);
  }
  await promise;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await Promise.race([closed, sleep(CLOSE_MS)]);
  server.closeAllConnections();
  await closed;
}

/** Asks who connected, before anything is read. */
function authorize(socket: Socket, { peers, unauthorized }: ConnectionCheck): void {
  // Without a listener, a client that goes away early would end the supervisor.
  socket.on("error", () => socket.destroy());
  const uid = peers.uidOf(socket);
  if (uid !== undefined && (uid === 0 || uid === Deno.uid())) return;
  unauthorized.add(socket);
  const timer = setTimeout(() => socket.destroy(), UNAUTHORIZED_MS);
  socket.on("close", () => clearTimeout(timer));
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  const reply = failure(403, "Only root and the supervisor's own user are answered");
  write({ ...reply, headers: { connection: "close" } }, request, response);
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: ControlOptions,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const { method = "", url = "", headers } = request;
  const body: AsyncIterable<Uint8Array> = request;
  const { host, origin } = headers;
  const asked = { method, ...splitTarget(url, host), origin, body, gone: gone.signal };
  let reply: Reply;
  try {
    reply = await answer(asked, ROUTES, options);
  } catch (error) {
    reply = failure(500, error instanceof Error ? error.message : String(error));
  }
  write(reply, request, response);
  // One that does not take its answer is let go.
  await sleep(TAKE_TIMEOUT_MS, gone.signal);
  if (!response.writableFinished) request.socket.destroy();
}

function write(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  const text = reply.body === undefined ? "" : `${JSON.stringify(reply.body)}\n`;
  const bytes = new TextEncoder().encode(text);
  response.writeHead(reply.status, {
    [VERSION_FIELD]: API_VERSION,
    ...(reply.body === undefined ? {} : {
      "content-type": "application/json",
      "content-length": bytes.length,
    }),
    // What was not read of a body is not waited for.
    ...(request.complete ? {} : { connection: "close" }),
    ...reply.headers,
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}
