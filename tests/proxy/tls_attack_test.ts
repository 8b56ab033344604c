import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { once } from "node:events";
import { PAIRS } from "./certificates.ts";
import type { ProxyOptions } from "../../lib/proxy/proxy.ts";
import { GET, OK, openStage, Peer, type Stage, within } from "./harness.ts";
import { connectFrom } from "./local_client.ts";
import { eventually } from "../patience.ts";
import { openRelay } from "./tls_relay.ts";

const { one } = PAIRS;
const UPGRADE = "GET /app HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
const SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
const POST = "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nabc";

/** Stages with one certificate, and with certificates that are chosen by the client's first bytes. */
const STAGES: readonly (readonly [string, (limits?: ProxyOptions["limits"]) => Stage])[] = [
  ["", (limits = {}) => openStage(limits, { tls: one })],
  [", by name", (limits = {}) => {
    const stage = openStage(limits, { hasCertificates: true });
    stage.proxy.certify("one", { names: ["localhost"], pair: one });
    return stage;
  }],
];

/** First byte of an alert record (RFC 8446, section 5.1). */
const ALERT = "\x15";

/** A ClientHello that offers `version` and no later one, with ciphers that TLS 1.2 has too. */
function helloOf(version: string): string {
  const body = `${version}${"r".repeat(32)}\0\0\x08\xc0\x2f\xc0\x2b\xc0\x13\xc0\x09\x01\0`;
  const handshake = `\x01\0\0${String.fromCharCode(body.length)}${body}`;
  return `\x16\x03\x01\0${String.fromCharCode(handshake.length)}${handshake}`;
}

/** A client that resets its connection, once it has sent `bytes` as they are. */
async function reset(stage: Stage, bytes: string): Promise<void> {
  const socket = await connectFrom({ from: "127.0.0.1", port: stage.proxy.port });
  if (bytes !== "") await new Promise<void>((done) => socket.write(bytes, "latin1", () => done()));
  const closed = once(socket, "close");
  socket.resetAndDestroy();
  await within(closed, "the reset");
}

for (const [how, open] of STAGES) {
  for (const [what, bytes] of [["nothing", ""], ["half a ClientHello", "\x16\x03\x01\x02\0\x01"]]) {
    Deno.test(`openProxy() closes a TLS connection that sends ${what}${how}`, async () => {
      await using stage = open({ idleTimeoutMs: 1, headTimeoutMs: 1 });
      const client = await stage.connect();
      await client.write(bytes!);
      await eventually("the connection", () => stage.proxy.connections === 1);
      await eventually("its end", () => stage.proxy.connections === 0);
    });
  }
}

for (const [how, open] of STAGES) {
  for (const [name, version] of [["1.0", "\x03\x01"], ["1.1", "\x03\x02"]] as const) {
    Deno.test(`openProxy() refuses TLS ${name} with an alert${how}`, async () => {
      await using stage = open();
      const client = await stage.connect();
      await client.write(helloOf(version));
      equal((await client.readAll())[0], ALERT);
    });
  }
}

for (const [how, open] of STAGES) {
  Deno.test(`openProxy() closes a connection whose ClientHello is larger than TLS allows${how}`, async () => {
    await using stage = open();
    const client = await stage.connect();
    // A handshake message of 16 MiB, in records of 16 KiB each.
    const record = `\x16\x03\x01\x40\0`;
    await client.write(`${record}\x01\xff\xff\xff${"h".repeat(16 * 1024 - 4)}`);
    for (let count = 0; count < 8; count++) {
      await client.write(record + "h".repeat(16 * 1024)).catch(() => {});
    }
    await client.readAll();
    await eventually("its end", () => stage.proxy.connections === 0);
  });
}

Deno.test("openProxy() negotiates only HTTP/1.1 with TLS clients", async () => {
  await using stage = openStage({}, { tls: one });
  const offer = async (alpnProtocols: string[]): Promise<string | null> => {
    const address = { hostname: "localhost", port: stage.proxy.port, caCerts: [one.authority] };
    using connection = await Deno.connectTls({ ...address, alpnProtocols });
    return (await connection.handshake()).alpnProtocol;
  };
  equal(await offer(["h2", "http/1.1"]), "http/1.1");
  equal(await offer([]), null);
  await rejects(offer(["h2"]), /NoApplicationProtocol/);
});

Deno.test("openProxy() serves a TLS client that sends no server name", async () => {
  await using stage = openStage({}, { tls: one });
  const connection = await Deno.connectTls({
    hostname: "127.0.0.1",
    port: stage.proxy.port,
    caCerts: [one.authority],
    unsafelyDisableHostnameVerification: true,
  });
  using client = new Peer(connection);
  await client.write("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
  match(await client.readHead(), /^HTTP\/1.1 404 /);
});

for (const [how, open] of STAGES) {
  Deno.test(`openProxy() keeps serving after TLS clients reset their connections${how}`, async () => {
    await using stage = open();
    for (let count = 0; count < 50; count++) {
      await reset(stage, "");
      await reset(stage, "\x16\x03\x01\x02\0\x01");
      await reset(stage, helloOf("\x03\x03"));
    }
    const client = await stage.connect(one.authority);
    await client.write(GET);
    const served = await stage.backend.accept();
    await served.readHead();
    await served.write(OK);
    equal(await client.readUntil("ok"), OK);
  });
}

for (const [how, open] of STAGES) {
  Deno.test(`exchange() does not complete an upload that is cut without close_notify${how}`, async () => {
    await using stage = open();
    using relay = openRelay(stage.proxy.port);
    const [, served] = await ask(stage, relay.port, POST);
    equal(await served.read(3), "abc");
    relay.cut();
    equal(await served.readAll(), "");
    await within(stage.upstream.drained(), "the request's end");
  });
}

for (const [how, open] of STAGES) {
  Deno.test(`tunnel() forwards the end signalled by close_notify, and later data of the function${how}`, async () => {
    await using stage = open();
    const [client, served] = await ask(stage, stage.proxy.port, UPGRADE);
    await served.write(SWITCHED);
    await client.readHead();
    await client.closeWrite();
    equal(await served.readAll(), "");
    await served.write("still here");
    equal(await client.read(10), "still here");
    served.close();
    equal(await client.readAll(), "");
  });
}

for (const [how, open] of STAGES) {
  Deno.test(`tunnel() aborts if a client is cut without close_notify${how}`, async () => {
    await using stage = open();
    using relay = openRelay(stage.proxy.port);
    const [client, served] = await ask(stage, relay.port, UPGRADE);
    await served.write(SWITCHED);
    await client.readHead();
    await client.write("ping");
    equal(await served.read(4), "ping");
    relay.cut();
    equal(await served.readAll(), "");
    // The function does not close its side: a mere end would leave the request in flight.
    await within(stage.upstream.drained(), "the tunnel's end");
    deepEqual([stage.upstream.inFlight, stage.upstream.connections], [0, 0]);
  });
}

/** A TLS client that has sent a request by `port`, and the function's side of that. */
async function ask(stage: Stage, port: number, request: string): Promise<[Peer, Peer]> {
  const address = { hostname: "localhost", port, caCerts: [one.authority] };
  const client = new Peer(await Deno.connectTls(address));
  await client.write(request);
  const served = await stage.backend.accept();
  await served.readHead();
  return [client, served];
}
