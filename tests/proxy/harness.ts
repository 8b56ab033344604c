import { ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { openProxy, type ProxyOptions } from "../../lib/proxy/proxy.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { createUpstream, type Upstream } from "../../lib/proxy/upstream.ts";
import { within } from "../patience.ts";

export { within } from "../patience.ts";

/** A plain request for the function, and a plain response. */
export const GET = "GET /app/x HTTP/1.1\r\nHost: h\r\n\r\n";
export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Encodes one byte per character. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** Decodes one character per byte. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** One end of a connection, as bytes. */
export class Peer implements Disposable {
  /** True if the connection was reset. */
  isReset = false;
  readonly #connection: Deno.TcpConn | Deno.TlsConn;
  #unread = "";
  #isClosed = false;

  constructor(connection: Deno.TcpConn | Deno.TlsConn) {
    this.#connection = connection;
    if ("setNoDelay" in connection) connection.setNoDelay(true);
  }

  /** Writes text or bytes. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? bytesOf(data) : data;
    for (let at = 0; at < bytes.length;) {
      at += await this.#connection.write(bytes.subarray(at));
    }
  }

  /** Reads up to and including `mark`. */
  async readUntil(mark: string): Promise<string> {
    for (let from = 0;;) {
      const at = this.#unread.indexOf(mark, from);
      if (at !== -1) return this.#take(at + mark.length);
      from = Math.max(0, this.#unread.length - mark.length);
      const hasMore = await this.#fill(JSON.stringify(mark));
      ok(hasMore, `ended before ${JSON.stringify(mark)}: ${JSON.stringify(this.#unread)}`);
    }
  }

  readHead(): Promise<string> {
    return this.readUntil("\r\n\r\n");
  }

  async read(length: number): Promise<string> {
    while (this.#unread.length < length) {
      const hasMore = await this.#fill(`${length} bytes`);
      ok(hasMore, `ended after ${this.#unread.length} of ${length} bytes`);
    }
    return this.#take(length);
  }

  /** Reads until the other side closes or resets the connection. */
  async readAll(): Promise<string> {
    while (await this.#fill("the end"));
    return this.#take(this.#unread.length);
  }

  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
  }

  close(): void {
    this[Symbol.dispose]();
  }

  async #fill(what: string): Promise<boolean> {
    const chunk = new Uint8Array(64 * 1024);
    try {
      const count = await within(this.#connection.read(chunk), what);
      if (count === null) return false;
      this.#unread += textOf(chunk.subarray(0, count));
      return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      this.isReset = true;
      return false;
    }
  }

  #take(length: number): string {
    const text = this.#unread.slice(0, length);
    this.#unread = this.#unread.slice(length);
    return text;
  }
}

/** A function without a process: the test accepts its connections and writes its responses. */
export interface Backend extends Disposable {
  readonly port: number;
  /** Accepts the next connection of the proxy. */
  readonly accept: () => Promise<Peer>;
  /** Number of connections opened so far. */
  readonly opened: number;
}

/** A proxy, its routes and the function `app`. */
export interface Stage extends AsyncDisposable {
  readonly routes: RouteTable;
  readonly backend: Backend;
  readonly upstream: Upstream;
  readonly proxy: ReturnType<typeof openProxy>;
  /** Opens a client's connection; with an authority to trust, over TLS. */
  readonly connect: (authority?: string) => Promise<Peer>;
}

export function openBackend(): Backend {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const waiting: ReturnType<typeof Promise.withResolvers<Peer>>[] = [];
  const arrived: Peer[] = [];
  const peers: Peer[] = [];
  let isOpen = true;
  const listening = (async () => {
    for await (const connection of listener) {
      const peer = new Peer(connection);
      peers.push(peer);
      const next = waiting.shift();
      if (next === undefined) arrived.push(peer);
      else next.resolve(peer);
    }
  })();
  void listening;
  return {
    port: listener.addr.port,
    get opened() {
      return peers.length;
    },
    accept() {
      const peer = arrived.shift();
      if (peer !== undefined) return Promise.resolve(peer);
      const next = Promise.withResolvers<Peer>();
      waiting.push(next);
      return within(next.promise, "a connection to the function");
    },
    [Symbol.dispose]() {
      if (isOpen) listener.close();
      isOpen = false;
      for (const peer of peers) peer.close();
    },
  };
}

/** Opens a stage. An unexpected error in the proxy fails the test. */
export function openStage(
  limits: ProxyOptions["limits"] = {},
  options: Partial<ProxyOptions> = {},
): Stage {
  const backend = openBackend();
  const upstream = createUpstream({ hostname: "127.0.0.1", port: backend.port });
  const routes = new RouteTable();
  routes.set("app", { type: "ready", upstream });
  const errors: unknown[] = [];
  const proxy = openProxy({
    hostname: "127.0.0.1",
    port: 0,
    routes,
    limits: limits ?? {},
    // So that tests compare all other bytes as they were sent.
    via: false,
    onError: (error) => errors.push(error),
    ...options,
  });
  const clients: Peer[] = [];
  return {
    routes,
    backend,
    upstream,
    proxy,
    async connect(authority) {
      const address = { hostname: "localhost", port: proxy.port };
      const client = new Peer(
        authority === undefined
          ? await Deno.connect({ ...address, hostname: "127.0.0.1" })
          : await connectTls(address, authority),
      );
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      await within(proxy[Symbol.asyncDispose](), "the proxy to close");
      for (const client of clients) client.close();
      upstream.close();
      backend[Symbol.dispose]();
      if (errors.length > 0) throw new AggregateError(errors, "the proxy reported errors");
    },
  };
}

/** Sends a first request, and returns both ends of it. */
export async function begin(
  stage: Stage,
  request: string,
): Promise<{ readonly client: Peer; readonly served: Peer; readonly head: string }> {
  const client = await stage.connect();
  await client.write(request);
  const served = await stage.backend.accept();
  return { client, served, head: await served.readHead() };
}

/** Rejects if the authority has not signed the certificate. */
async function connectTls(
  address: { readonly hostname: string; readonly port: number },
  authority: string,
): Promise<Deno.TlsConn> {
  const connection = await Deno.connectTls({ ...address, caCerts: [authority] });
  try {
    await connection.handshake();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
