import fc from "fast-check";
import { deepEqual, ok } from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { openProxy } from "../../lib/proxy/proxy.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { createUpstream } from "../../lib/proxy/upstream.ts";
import { ambiguousRequests } from "./ambiguous_request.ts";
import { bytesOf } from "./harness.ts";

/** Streams for each server, and how many of them are open at a time. */
const STREAMS = 10_000;
const AT_A_TIME = 128;

/** Behind each stream: a request that no server may read as part of another one. */
const FORGED = "GET /forged HTTP/1.1\r\nHost: h\r\nX-Request-Id: forged\r\n\r\n";

/** A server that functions use. It reports the X-Request-Id of each request, empty without one. */
type Backend = (
  report: (id: string) => void,
) => Promise<AsyncDisposable & { readonly port: number }>;

function serveDeno(report: (id: string) => void): ReturnType<Backend> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    report(request.headers.get("x-request-id") ?? "");
    return request.text().then(() => new Response("ok"), () => new Response("cut"));
  });
  return Promise.resolve({
    port: server.addr.port,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  });
}

async function serveNode(report: (id: string) => void): ReturnType<Backend> {
  const take = (request: IncomingMessage): void =>
    report(String(request.headers["x-request-id"] ?? ""));
  const server = createServer((request, response) => {
    take(request);
    request.on("error", () => {}).on("end", () => response.end("ok")).resume();
  });
  server.on("upgrade", (request, socket) => {
    take(request);
    socket.on("error", () => {});
    socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  });
  server.on("clientError", (_, socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Sends a stream, and reads all that comes back. */
async function send(port: number, text: string): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = bytesOf(text);
  try {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    await connection.closeWrite();
    const into = new Uint8Array(4_096);
    while (await connection.read(into) !== null);
  } catch {
    // The proxy has closed the connection of an invalid request.
  }
}

for (const [name, open] of [["Deno.serve", serveDeno], ["node:http", serveNode]] as const) {
  Deno.test(`${name} behind the proxy sees no request that the proxy has not written`, async () => {
    const seen: string[] = [];
    const issued = new Set<string>();
    await using backend = await open((id) => seen.push(id));
    const routes = new RouteTable();
    const upstream = createUpstream({ hostname: "127.0.0.1", port: backend.port });
    routes.set("root", { type: "ready", upstream });
    {
      await using proxy = openProxy({
        hostname: "127.0.0.1",
        port: 0,
        routes,
        root: "root",
        onAccess: ({ requestId }) => requestId !== undefined && issued.add(requestId),
        onError(error) {
          throw error;
        },
      });
      const streams = fc.sample(ambiguousRequests, STREAMS);
      await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
        for (let text = streams.pop(); text !== undefined; text = streams.pop()) {
          await send(proxy.port, text + FORGED);
        }
      }));
    }
    upstream.close();
    // A request may be repeated on another connection, if the first one was closed.
    deepEqual(seen.filter((id) => !issued.has(id)), []);
    ok(seen.length > STREAMS / 4, `only ${seen.length} requests came through`);
  });
}
