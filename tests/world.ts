// The pretend internet: a public server, a resolver, a neighbour in the local network and a cloud's
// metadata service, each with its own address, in one network namespace.
import { createSocket } from "node:dgram";
import { answerNpm, type PretendPackage } from "./npm_registry.ts";

/** Addresses in the pretend internet. */
export const WORLD = {
  /** A server on the public internet (TEST-NET-3). */
  server: "203.0.113.10",
  /** Another one. */
  other: "203.0.113.11",
  resolver: "203.0.113.53",
  /** A private address, like that of a machine in the operator's network. */
  neighbour: "192.168.77.10",
  metadata: "169.254.169.254",
} as const;

/**
 * Names that the resolver knows; `POST /names` at the server adds and changes names. For a name
 * without an address the resolver reports a failure.
 */
const names = new Map<string, string>([
  ["server.test", WORLD.server],
  ["neighbour.test", WORLD.neighbour],
  ["metadata.test", WORLD.metadata],
]);

/** Time to live of an answer. */
const TTL_S = 1;

/** Replacement for the HTTP server of an old standard library, as a remote module. */
const STD_SERVER = `
export type Handler = (request: Request) => Response | Promise<Response>;
export function serve(handler: Handler, options: { port?: number } = {}): Promise<void> {
  return Deno.serve({ port: options.port ?? 8000, onListen() {} }, handler).finished;
}
`;

/** A remote module with one export. */
const TEXT_MODULE = 'export const text: string = "fetched";\n';

/** Packages of the registry at `/npm/`; `POST /packages` adds to them. */
const packages: PretendPackage[] = [];

/** Statuses of modules below `/broken/`; `POST /broken` changes them. Other modules answer 200. */
const broken = new Map<string, number>();

/** Requested paths; `GET /asked` returns them, one per line. */
const asked: string[] = [];

/** Serves HTTP; `POST /listen` with an array of ports opens more listeners. */
function serveHttp(hostname: string, port = 80): void {
  Deno.serve({ hostname, port, onListen() {} }, async (request, info) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/asked") return new Response(asked.join("\n"));
    const authorization = request.headers.get("authorization") ?? "";
    asked.push(`${hostname} ${pathname}${search} ${authorization}`);
    if (request.method === "POST" && pathname === "/packages") {
      packages.push(await request.json());
      return new Response();
    }
    // Accepts the request and never answers.
    if (pathname.startsWith("/silent/")) return await new Promise<Response>(() => {});
    if (pathname.startsWith("/endless/")) return new Response(dribble());
    if (pathname.startsWith("/npm/")) {
      const base = new URL("/npm/", `http://${request.headers.get("host")}`).href;
      const answer = await answerNpm({ base, path: pathname.slice("/npm/".length), packages });
      return answer ?? new Response("no such package\n", { status: 404 });
    }
    if (request.method === "POST" && pathname === "/names") {
      for (const [name, address] of Object.entries(await request.json())) {
        names.set(name, String(address));
      }
      return new Response();
    }
    if (request.method === "POST" && pathname === "/listen") {
      for (const port of await request.json()) serveHttp(hostname, Number(port));
      return new Response();
    }
    if (request.method === "POST" && pathname === "/broken") {
      for (const [path, status] of Object.entries(await request.json())) {
        broken.set(path, Number(status));
      }
      return new Response();
    }
    if (pathname.startsWith("/broken/")) {
      const status = broken.get(pathname) ?? 200;
      return new Response(status === 200 ? TEXT_MODULE : "", {
        status,
        headers: { "content-type": "application/typescript" },
      });
    }
    if (pathname === "/std/http/server.ts") {
      return new Response(STD_SERVER, { headers: { "content-type": "application/typescript" } });
    }
    return new Response(`${hostname} sees ${info.remoteAddr.hostname}\n`);
  });
}

/** Returns an endless stream of one byte per second. */
function dribble(): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setInterval>;
  return new ReadableStream({
    start(stream) {
      timer = setInterval(() => stream.enqueue(new Uint8Array([32])), 1_000);
    },
    cancel: () => clearInterval(timer),
  });
}

/** Answers queries for A records from {@linkcode names}, all others with NXDOMAIN (RFC 1035). */
function serveNames(address: string): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (query: Uint8Array, peer) => {
    socket.send(answerQuery(query), peer.port, peer.address);
  });
  return new Promise((resolve) => socket.bind(53, address, () => resolve()));
}

function answerQuery(query: Uint8Array): Uint8Array {
  const labels: string[] = [];
  let position = 12;
  while (query[position]! > 0) {
    const length = query[position]!;
    labels.push(new TextDecoder().decode(query.subarray(position + 1, position + 1 + length)));
    position += 1 + length;
  }
  const question = query.subarray(12, position + 5);
  const isAddress = query[position + 2] === 1;
  const address = names.get(labels.join(".").toLowerCase());
  const hasAnswer = isAddress && address !== undefined && address !== "";
  const flags = address === undefined ? [0x81, 0x83] : address === "" ? [0x81, 0x82] : [0x81, 0x80];
  const head = [query[0]!, query[1]!, ...flags, 0, 1, 0, hasAnswer ? 1 : 0, 0, 0, 0, 0];
  const answer = hasAnswer
    ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, TTL_S, 0, 4, ...address.split(".").map(Number)]
    : [];
  return Uint8Array.from([...head, ...question, ...answer]);
}

if (import.meta.main) {
  const { server, other, neighbour, metadata } = WORLD;
  for (const address of [server, other, neighbour, metadata]) serveHttp(address);
  serveHttp(server, 8080);
  await serveNames(WORLD.resolver);
  Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
}
