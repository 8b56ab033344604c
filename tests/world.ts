// The pretend internet: a public server, a resolver, a neighbour in the local network and a cloud's
// metadata service, each with its own address, in one network namespace.
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { parseIpv6Address } from "../lib/config/ipv6_network.ts";
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
 * The same in IPv6. The public addresses are of a network that IANA took back (3ffe::/16, RFC 3701),
 * because functions don't reach the one for documentation.
 */
export const WORLD6 = {
  server: "3ffe:ffff:2::10",
  other: "3ffe:ffff:2::11",
  resolver: "3ffe:ffff:2::53",
  neighbour: "fd77:77::10",
  metadata: "fd00:ec2::254",
  /** The neighbour's IPv4 address, as a translator (NAT64) and a tunnel (6to4) would reach it. */
  translated: "64:ff9b::c0a8:4d0a",
  tunnelled: "2002:c0a8:4d0a::1",
  documentation: "2001:db8::10",
} as const;

/**
 * Names that the resolver knows; `POST /names` at the server adds and changes names. For a name
 * without an address the resolver reports a failure.
 */
const names = new Map<string, string>([
  ["server.test", WORLD.server],
  ["neighbour.test", WORLD.neighbour],
  ["metadata.test", WORLD.metadata],
  ["both.test", WORLD.server],
]);

/** IPv6 addresses of names. */
const names6 = new Map<string, string>([
  ["both.test", WORLD6.server],
  ["server6.test", WORLD6.server],
  ["neighbour6.test", WORLD6.neighbour],
  ["metadata6.test", WORLD6.metadata],
  ["translated6.test", WORLD6.translated],
  ["mapped6.test", `::ffff:${WORLD.neighbour}`],
  ["loopback6.test", "::1"],
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
        (String(address).includes(":") ? names6 : names).set(name, String(address));
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

/** Answers queries for addresses (RFC 1035, RFC 3596), and for other names with NXDOMAIN. */
function serveNames(address: string): Promise<void> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
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
  const type = query[position + 2]!;
  const name = labels.join(".").toLowerCase();
  const address = type === AAAA ? names6.get(name) : names.get(name);
  const isKnown = names.has(name) || names6.has(name);
  const hasAnswer = (type === A || type === AAAA) && address !== undefined && address !== "";
  const flags = !isKnown ? [0x81, 0x83] : names.get(name) === "" ? [0x81, 0x82] : [0x81, 0x80];
  const head = [query[0]!, query[1]!, ...flags, 0, 1, 0, hasAnswer ? 1 : 0, 0, 0, 0, 0];
  const data = hasAnswer ? bytesOf(address) : [];
  const answer = hasAnswer
    ? [0xc0, 12, 0, type, 0, 1, 0, 0, 0, TTL_S, 0, data.length, ...data]
    : [];
  return Uint8Array.from([...head, ...question, ...answer]);
}

/** Types of records. */
const [A, AAAA] = [1, 28];

function bytesOf(address: string): number[] {
  if (!isIPv6(address)) return address.split(".").map(Number);
  const number = parseIpv6Address(address)!;
  return Array.from({ length: 16 }, (_, at) => Number(number >> BigInt(8 * (15 - at)) & 0xffn));
}

if (import.meta.main) {
  const { server, other, neighbour, metadata } = WORLD;
  for (const address of [server, other, neighbour, metadata]) serveHttp(address);
  const { resolver, ...servers6 } = WORLD6;
  for (const address of Object.values(servers6)) serveHttp(address);
  for (const address of [server, servers6.server]) serveHttp(address, 8080);
  for (const address of [WORLD.resolver, resolver]) await serveNames(address);
  Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
}
