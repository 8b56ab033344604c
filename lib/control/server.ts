import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { dirname, join } from "node:path";
import { removeIfThere } from "../system/remove_if_there.ts";
import { sleep } from "../system/sleep.ts";
import { firstSocketName, socketPathProblem } from "./socket_path.ts";
import { answer } from "./answer_request.ts";
import { splitTarget } from "./split_target.ts";
import { API_VERSION, VERSION_FIELD } from "./api.ts";
import { clearSocket } from "./clear_socket.ts";
import { openPeerReader, type PeerReader } from "./peer_uid.ts";
import { type ControlContext, failure, type Reply } from "./route.ts";
import { ROUTES } from "./api_routes.ts";
import { functionUrl } from "./report.ts";
import { findUpgrade, type FoundUpgrade } from "./find_upgrade.ts";
import { waitUntilKnown } from "./wait_until_known.ts";
import { serveDebug } from "./serve_debug.ts";
import { serveInspector } from "./serve_inspector.ts";
import { serveRun } from "./serve_run.ts";
import { debugFunction } from "../supervisor/debug_session.ts";
import { DEBUG_FIELD } from "../proxy/http1/field_names.ts";
import { runOnce } from "../supervisor/one_off_run.ts";

/** Options of {@linkcode openControl}. */
export interface ControlOptions extends ControlContext {
  readonly socket: string;
  /** Takes the path from another process that listens there; without it, that is an error. */
  readonly replaces?: boolean | undefined;
}

/** Identifies users, and remembers those of authorized connections. */
interface ConnectionCheck {
  readonly peers: PeerReader;
  /** User ids by connection; other connections are unauthorized. */
  readonly users: WeakMap<Socket, number>;
}

/** Maximum number of connections; each takes a file descriptor. */
const MAX_CONNECTIONS = 2_048;

/** Timeouts of a request's head and of the whole request; routes limit their responses. */
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** Timeout for a client to read its response. */
const TAKE_TIMEOUT_MS = 30_000;

/** Time for which an unauthorized client's connection stays open, so that it can read the 403. */
const UNAUTHORIZED_MS = 1_000;

const NOT_AUTHORIZED = failure(
  403,
  "Only root and the supervisor's own user may use the control API",
);

/** Grace period for responses when the server closes. */
const CLOSE_MS = 500;

/**
 * Serves the control API: HTTP and JSON on a Unix socket. Only root and the supervisor's own user
 * are authorized, by the mode of the socket and by the peer's user id.
 *
 * @throws {Error} if the socket's path is in use
 */
export async function openControl(options: ControlOptions): Promise<AsyncDisposable> {
  if (options.replaces !== true) await clearSocket(options.socket);
  await using stack = new AsyncDisposableStack();
  const peers = stack.use(openPeerReader());
  const server = createServer({
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = MAX_CONNECTIONS;
  const users = new WeakMap<Socket, number>();
  server.on("connection", (socket) => authorize(socket, { peers, users }));
  server.on("request", (request, response) => {
    const uid = users.get(request.socket);
    if (uid === undefined) refuse(request, response);
    else void respond(request, response, { ...options, uid });
  });
  const runs = new Set<Socket>();
  server.on("upgrade", (request, stream, head) => {
    const socket = stream as Socket;
    runs.add(socket);
    socket.on("close", () => runs.delete(socket));
    if (!users.has(socket)) refuseUpgrade(socket, NOT_AUTHORIZED);
    else upgrade({ request, socket, head }, options).catch(() => socket.destroy());
  });
  const inode = await listen(server, options.socket);
  stack.defer(async () => {
    removeSocket(options.socket, inode);
    const closed = close(server);
    // The server does not count them as its connections, and waits for them.
    for (const socket of runs) socket.destroy();
    await closed;
  });
  const open = stack.move();
  return { [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/**
 * Listens under another name, and renames the socket: its path always leads to a server, also when
 * this one replaces another. A closing server removes the name under which it has listened, which
 * would be that of its successor.
 */
async function listen(server: Server, path: string): Promise<number | null> {
  const first = join(dirname(path), firstSocketName(Deno.pid));
  const problem = socketPathProblem(first);
  if (problem !== undefined) throw new RangeError(problem);
  await removeIfThere(first);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).once("listening", resolve);
  // The umask sets the mode at once; with a later chmod, others could connect before.
  const umask = Deno.umask(0o177);
  try {
    server.listen({ path: first, backlog: MAX_CONNECTIONS });
  } finally {
    Deno.umask(umask);
  }
  await promise;
  const { ino } = await Deno.lstat(first);
  await Deno.rename(first, path);
  return ino;
}

/** Removes the socket, unless it is that of a successor. */
function removeSocket(path: string, inode: number | null): void {
  try {
    if (Deno.lstatSync(path).ino === inode) Deno.removeSync(path);
  } catch {
    // Somebody else has removed it.
  }
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await Promise.race([closed, sleep(CLOSE_MS)]);
  server.closeAllConnections();
  await closed;
}

/** Identifies the peer before anything is read. */
function authorize(socket: Socket, { peers, users }: ConnectionCheck): void {
  // Without a listener, a client that disconnects early would crash the supervisor.
  socket.on("error", () => socket.destroy());
  const uid = peers.uidOf(socket);
  if (uid !== undefined && (uid === 0 || uid === Deno.uid())) {
    users.set(socket, uid);
    return;
  }
  const timer = setTimeout(() => socket.destroy(), UNAUTHORIZED_MS);
  socket.on("close", () => clearTimeout(timer));
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  write({ ...NOT_AUTHORIZED, headers: { connection: "close" } }, request, response);
}

/** A request to change the protocol of its connection. */
interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** Bytes that followed the request. */
  readonly head: Uint8Array;
}

/** Serves a one-off run or a debug session. */
async function upgrade({ request, socket, head }: Upgrade, options: ControlOptions): Promise<void> {
  const { supervisor, context, report } = options;
  const { method = "", url, headers } = request;
  const { host, origin, upgrade: protocol, [DEBUG_FIELD]: secret } = headers;
  const asked = { method, ...splitTarget(url ?? "", host), origin, protocol };
  const { functions } = supervisor;
  const gone = new AbortController();
  socket.on("close", () => gone.abort());
  const find = (): FoundUpgrade =>
    findUpgrade(
      { ...asked, secret: typeof secret === "string" ? secret : undefined },
      { functions, debugSessions: context.debugSessions },
    );
  let found = find();
  if (found.type === "refused" && found.missing !== undefined) {
    const unknown = await waitUntilKnown({ ...options, name: found.missing, signal: gone.signal });
    found = unknown === undefined ? find() : { type: "refused", reply: unknown };
  }
  if (found.type === "refused") return refuseUpgrade(socket, found.reply);
  const fields =
    `Connection: Upgrade\r\nUpgrade: ${found.protocol}\r\n${VERSION_FIELD}: ${API_VERSION}`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n\r\n`);
  switch (found.type) {
    case "run":
      return await serveRun(socket, {
        head,
        run: (request, signal) => runOnce(request, { ...found, context, signal }),
      });
    case "debug": {
      const { openDebugRoute: openRoute } = supervisor;
      return await serveDebug(socket, {
        head,
        name: found.name,
        url: functionUrl(report.url, found.name),
        supervisor,
        run: (request, signal) => debugFunction(request, { ...found, context, openRoute, signal }),
      });
    }
    case "inspector":
      return serveInspector(socket, { head, endpoint: found.endpoint });
    default:
      return found satisfies never;
  }
}

function refuseUpgrade(socket: Socket, { status, body, headers = {} }: Reply): void {
  const text = `${JSON.stringify(body)}\n`;
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const fields = `Connection: close\r\nContent-Type: application/json\r\n${own}` +
    `Content-Length: ${new TextEncoder().encode(text).length}\r\n${VERSION_FIELD}: ${API_VERSION}`;
  socket.end(`HTTP/1.1 ${status} Refused\r\n${fields}\r\n\r\n${text}`);
  // Disconnect a client that does not read its response.
  const timer = setTimeout(() => socket.destroy(), UNAUTHORIZED_MS);
  socket.on("close", () => clearTimeout(timer));
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { uid, ...options }: ControlOptions & { readonly uid: number },
): Promise<void> {
  const closed = new AbortController();
  response.on("close", () => closed.abort());
  const { method = "", url = "", headers } = request;
  const body: AsyncIterable<Uint8Array> = request;
  const { host, origin } = headers;
  const asked = { method, ...splitTarget(url, host), origin, body, uid, signal: closed.signal };
  let reply: Reply;
  try {
    reply = await answer(asked, ROUTES, options);
  } catch (error) {
    reply = failure(500, error instanceof Error ? error.message : String(error));
  }
  write(reply, request, response);
  // Disconnect a client that does not read its response.
  await sleep(TAKE_TIMEOUT_MS, closed.signal);
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
    // Do not wait for the rest of a request body.
    ...(request.complete ? {} : { connection: "close" }),
    ...reply.headers,
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}
