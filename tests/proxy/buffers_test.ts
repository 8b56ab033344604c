import { equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { type Connection, Wire } from "../../lib/proxy/http1/wire.ts";
import { begin, GET, OK, openStage, type Peer, type Stage, within } from "./harness.ts";
import { exchangeFrom } from "./local_client.ts";

/** So many bytes of a head that its buffer grows from 4 to 64 KiB. */
const HALF = `GET /none HTTP/1.1\r\nHost: h\r\nA: ${"x".repeat(40_000)}`;
const GROWN = 60 * 1024;

/** Connections with half heads. */
async function openHeads(stage: Stage, count: number): Promise<Peer[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => stage.connect()));
  for (const client of clients) await client.write(HALF);
  return clients;
}

Deno.test("serveClient() limits the memory of one peer's unfinished heads", async () => {
  await using stage = openStage({ maxPeerBufferBytes: 4 * GROWN });
  const clients = await openHeads(stage, 20);
  const statuses: string[] = [];
  const fewLeft = Promise.withResolvers<void>();
  const all = clients.map(async (client) => {
    statuses.push((await client.readAll()).slice(9, 12));
    if (statuses.length === 16) fewLeft.resolve();
  });
  // At most four of them fit, in any order.
  await within(fewLeft.promise, "16 refusals");
  equal(statuses.every((status) => status === "431"), true);
  for (const client of clients) {
    await client.write("\r\nConnection: close\r\n\r\n").catch(() => {});
  }
  await Promise.all(all);
  equal(statuses.at(-1), "404");
});

Deno.test("serveClient() rejects a head above the memory limit and serves other peers", async () => {
  await using stage = openStage({ maxPeerBufferBytes: 0 });
  const [client] = await openHeads(stage, 1);
  match(await client!.readAll(), /^HTTP\/1.1 431 .*reached its limit of buffer memory$/s);
  const small = await stage.connect();
  await small.write("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
  match(await small.readUntil("not found"), /^HTTP\/1.1 404 /);
});

Deno.test("serveClient() limits the memory of each peer, except trusted ones", async () => {
  await using stage = openStage(
    { maxPeerBufferBytes: GROWN },
    { trustedProxies: ["127.0.0.1"] },
  );
  const clients = await openHeads(stage, 5);
  const { port } = stage.proxy;
  const request = `${HALF}\r\nConnection: close\r\n\r\n`;
  match(await exchangeFrom({ from: "127.0.0.2", port, request }), /^HTTP\/1.1 404 /);
  for (const client of clients) {
    await client.write("\r\nConnection: close\r\n\r\n");
    match(await client.readAll(), /^HTTP\/1.1 404 /);
  }
});

Deno.test("exchange() forwards large bodies both ways without growing buffers", async () => {
  await using stage = openStage({ maxPeerBufferBytes: 0 });
  const body = "0123456789abcdef".repeat(64 * 1024);
  const { client, served } = await begin(
    stage,
    `POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  const sent = client.write(body);
  equal(await served.read(body.length), body);
  await sent;
  const answered = served.write(
    `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await client.readHead();
  equal(await client.read(body.length), body);
  await answered;
  await client.write(GET);
  await served.readHead();
  await served.write(OK);
  equal(await client.readUntil("ok"), OK);
});

Deno.test("exchange() answers 502 while no memory is left for a response head", async () => {
  const answer = OK.replace("\r\n\r\n", `\r\nA: ${"x".repeat(20_000)}\r\n\r\n`);
  for (const [maxPeerBufferBytes, status] of [[0, "502"], [GROWN, "200"]] as const) {
    await using stage = openStage({ maxPeerBufferBytes });
    const { client, served } = await begin(stage, GET);
    const answered = served.write(answer).catch(() => {});
    equal((await client.readHead()).slice(9, 12), status);
    await answered;
  }
});

Deno.test("serveClient() answers pipelined requests without room to grow", async () => {
  await using stage = openStage({ maxPeerBufferBytes: 0 });
  stage.routes.set("app", { type: "waiting" });
  const client = await stage.connect();
  const ahead = "GET /none HTTP/1.1\r\nHost: h\r\n\r\n";
  const count = 300;
  const sent = client.write(GET + ahead.repeat(count));
  await within(
    (async () => {
      while (stage.routes.waitingFor("app") === 0) await new Promise((go) => setTimeout(go, 1));
    })(),
    "a request that waits",
  );
  stage.routes.set("app", { type: "ready", upstream: stage.upstream });
  const served = await stage.backend.accept();
  await served.readHead();
  await served.write(OK);
  await client.readUntil("ok");
  await sent;
  for (let index = 0; index < count; index++) {
    match(await client.readUntil("not found"), /^HTTP\/1.1 404 /);
  }
});

/** Returns as many bytes as requested, up to the maximum of a step. */
function source(): { readonly connection: Connection; nextBytes: number } {
  const state = { nextBytes: 0 };
  const connection: Connection = {
    read: (into) => Promise.resolve(Math.min(into.length, state.nextBytes)),
    write: (bytes) => Promise.resolve(bytes.length),
    closeWrite: () => Promise.resolve(),
    close: () => {},
  };
  return Object.assign(state, { connection });
}

const step = fc.record({
  act: fc.constantFrom("fill", "use", "grow", "detach", "little", "move", "close"),
  bytes: fc.integer({ min: 1, max: 5_000 }),
  at: fc.nat(2),
});

Deno.test("Wire charges the growth of its buffer, within limits, and releases all of it", async () => {
  const maxBufferedBytes = 100_000;
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 100 }), async (steps) => {
    const account = { bufferedBytes: 0, maxBufferedBytes };
    const other = { bufferedBytes: 0, maxBufferedBytes };
    const sources = [source(), source(), source()];
    const wires = sources.map(({ connection }) => new Wire(connection, 1_024, { account }));
    for (const { act, bytes, at } of steps) {
      const wire = wires[at]!;
      const before = account.bufferedBytes;
      switch (act) {
        case "fill":
          sources[at]!.nextBytes = bytes;
          if (wire.hasRoom) await wire.fill();
          break;
        case "use":
          wire.start = wire.end;
          break;
        case "grow":
          wire.growIfFilled();
          break;
        case "detach":
          wire.detach();
          break;
        case "little":
          wire.shrink();
          break;
        case "move":
          wire.chargeTo(other);
          wire.chargeTo(account);
          break;
        default:
          wire.close();
      }
      ok(account.bufferedBytes >= 0);
      equal(other.bufferedBytes, 0);
      // Detached buffers are in use already; all others stay within the limit.
      if (act !== "detach") ok(account.bufferedBytes <= Math.max(before, maxBufferedBytes));
    }
    for (const wire of wires) wire.close();
    equal(account.bufferedBytes, 0);
  }));
});
