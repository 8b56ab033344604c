import fc from "fast-check";
import { equal, match, ok } from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Connection, Wire } from "../../lib/proxy/http1/wire.ts";
import { tunnel } from "../../lib/proxy/tunnel.ts";
import { createUpstream } from "../../lib/proxy/upstream.ts";
import { begin, GET, OK, openStage, type Peer, type Stage, textOf } from "./harness.ts";

const UPGRADE = "GET /app/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
const SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n";

async function open(stage: Stage): Promise<{ client: Peer; served: Peer }> {
  const { client, served, head } = await begin(stage, UPGRADE);
  match(head, /\r\nUpgrade: echo\r\nConnection: Upgrade\r\n/);
  await served.write(SWITCHED);
  equal(await client.readHead(), SWITCHED);
  return { client, served };
}

Deno.test("tunnel() forwards bytes both ways until both sides have ended", async () => {
  await using stage = openStage();
  const { client, served } = await open(stage);
  const data = "\x00\xff\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n".repeat(50_000);
  const sending = Promise.all([client.write(data), served.write(data)]);
  ok(await served.read(data.length) === data);
  ok(await client.read(data.length) === data);
  await sending;
  equal(stage.upstream.inFlight, 1);
  await client.closeWrite();
  equal(await served.readAll(), "");
  await served.write("still here");
  equal(await client.read(10), "still here");
  served.close();
  equal(await client.readAll(), "");
  await stage.upstream.drained();
});

Deno.test("tunnel() forwards the function's shutdown while the client continues", async () => {
  await using stage = openStage();
  const { client, served } = await open(stage);
  await served.write("bye");
  await served.closeWrite();
  equal(await client.readAll(), "bye");
  await client.write("not yet");
  equal(await served.read(7), "not yet");
  client.close();
  equal(await served.readAll(), "");
});

Deno.test("tunnel() forwards data that arrives together with the heads", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, `${UPGRADE}early`);
  await served.write(`${SWITCHED}hello`);
  equal(await client.read(SWITCHED.length + 5), `${SWITCHED}hello`);
  equal(await served.read(5), "early");
});

Deno.test("exchange() continues with HTTP if the function does not switch protocols", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, UPGRADE);
  await served.write(OK);
  equal(await client.read(OK.length), OK);
  // The function has got an upgrade on this connection, so it may read no further request there.
  equal(await served.readAll(), "");
  await client.write(GET);
  const next = await stage.backend.accept();
  match(await next.readHead(), /^GET \/x /);
});

Deno.test("exchange() sends no request to a function that has left HTTP to refuse an upgrade", async () => {
  await using stage = openStage();
  const server = createServer((_, response) => response.end("ok"));
  server.on("upgrade", (_, socket) => {
    // It keeps its side open as long as the client does.
    socket.on("error", () => {}).on("end", () => socket.end()).resume();
    socket.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const upstream = createUpstream({ hostname: "127.0.0.1", port });
  stage.routes.set("app", { type: "ready", upstream });
  for (let round = 0; round < 3; round++) {
    const client = await stage.connect();
    await client.write(UPGRADE);
    match(await client.readHead(), /^HTTP\/1.1 401 /);
    const victim = await stage.connect();
    await victim.write(GET);
    match(await victim.readUntil("ok"), /^HTTP\/1.1 200 /);
  }
  upstream.close();
  server.close();
  await once(server, "close");
});

Deno.test("exchange() does not switch protocols before the request is complete", async () => {
  await using stage = openStage();
  const { client, served } = await begin(
    stage,
    UPGRADE.replace("\r\n\r\n", "\r\nContent-Length: 4\r\n\r\nbo"),
  );
  await served.write(SWITCHED);
  match(await client.readUntil("Error forwarding"), /^HTTP\/1.1 502 .*: close\r\n/s);
});

Deno.test("exchange() switches only to a protocol that the client has offered", async () => {
  const rows: [offered: string, chosen: string, isTaken: boolean][] = [
    ["echo", "Upgrade: echo", true],
    ["echo", "upgrade: ECHO", true],
    ["irc/6.9, echo/1", "Upgrade: echo/1", true],
    ["irc/6.9, echo/1", "Upgrade: echo/1, irc/6.9", true],
    ["echo", "Upgrade: h2c", false],
    ["echo", "Upgrade: echo/2", false],
    ["echo/2", "Upgrade: echo", false],
    ["echo", "Upgrade: echo, other", false],
    ["echo", "Upgrade: echo\r\nUpgrade: other", false],
    ["echo", "Upgrade:", false],
    ["echo", "X: echo", false],
  ];
  for (const [offered, chosen, isTaken] of rows) {
    await using stage = openStage();
    const { client, served } = await begin(stage, UPGRADE.replace(": echo", `: ${offered}`));
    await served.write(`HTTP/1.1 101 Switching Protocols\r\n${chosen}\r\n\r\n`);
    const head = await client.readHead();
    equal(head.slice(9, 12), isTaken ? "101" : "502", `${offered}: ${chosen}`);
    if (isTaken) continue;
    match(await client.readUntil("offered"), /switched to another protocol/);
    equal(await served.readAll(), "");
  }
});

/** One end of a tunnel: what it sends, in pieces, and how many bytes each of its writes takes. */
interface End {
  readonly pieces: readonly number[];
  readonly taken: readonly number[];
  /** A read was pending when the tunnel began, as after an upload. */
  readonly isReading: boolean;
}

const ends: fc.Arbitrary<End> = fc.record({
  pieces: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }),
  taken: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
  isReading: fc.boolean(),
});

/** A connection whose reads and writes end in the scheduler's order, with all that it was sent. */
function scheduled(
  { pieces, taken }: End,
  scheduler: fc.Scheduler,
): { readonly connection: Connection; readonly sent: string; readonly received: () => string } {
  let next = 0;
  const data = pieces.map((length) =>
    Uint8Array.from({ length }, () => "a".charCodeAt(0) + next++ % 26)
  );
  const unread = [...data];
  let [received, writes] = ["", 0];
  return {
    sent: data.map(textOf).join(""),
    received: () => received,
    connection: {
      async read(into) {
        await scheduler.schedule(Promise.resolve(), "read");
        const piece = unread.shift();
        if (piece === undefined) return null;
        if (piece.length > into.length) unread.unshift(piece.subarray(into.length));
        into.set(piece.subarray(0, into.length));
        return Math.min(piece.length, into.length);
      },
      async write(bytes) {
        await scheduler.schedule(Promise.resolve(), "write");
        const count = Math.min(bytes.length, taken[writes++ % taken.length]!);
        received += textOf(bytes.subarray(0, count));
        return count;
      },
      closeWrite: () => Promise.resolve(),
      close: () => {},
    },
  };
}

Deno.test("tunnel() loses no byte with pieces of any size, at any time, and reads that wait", async () => {
  await fc.assert(
    fc.asyncProperty(ends, ends, fc.scheduler(), async (one, other, scheduler) => {
      const [client, upstream] = [scheduled(one, scheduler), scheduled(other, scheduler)];
      const wires = [new Wire(client.connection, 64), new Wire(upstream.connection, 64)] as const;
      for (const [index, { isReading }] of [one, other].entries()) {
        const wire = wires[index]!;
        if (!isReading) continue;
        // The first bytes came with the head; more may come while they are being written.
        const first = wire.fill();
        await scheduler.waitAll();
        await first;
        void wire.fill();
      }
      const passing = tunnel(...wires);
      await scheduler.waitFor(passing);
      equal(upstream.received(), client.sent);
      equal(client.received(), upstream.sent);
    }),
    { numRuns: 400 },
  );
});
