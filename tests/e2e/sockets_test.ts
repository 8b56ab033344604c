import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { type Peer, within } from "../proxy/harness.ts";
import { streamsFunction } from "./support/fixtures.ts";
import { type Server, startServer } from "./support/harness.ts";
import { ask, connect } from "./support/raw_client.ts";

/** Larger than any buffer, and not a round number. */
const LARGE = 10_000_019;

/** The example of RFC 6455, section 1.3. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const PING = 9;
const PONG = 10;

/** Close code in a function if a socket ends without a close frame; Deno's own sockets omit it. */
const LOST = /^(?:1006|0) $/;

/** A function to which the same tests apply. */
interface Subject {
  readonly server: Server;
  readonly name: string;
}

/** A client with the WebSocket API of browsers. */
interface Socket {
  readonly socket: WebSocket;
  readonly next: () => Promise<string | ArrayBuffer>;
  readonly closed: () => Promise<CloseEvent>;
}

Deno.test("WebSockets of npm's ws and of Deno pass the proxy", async (test) => {
  const ws = new URL("../fixtures/npm/ws/index.ts", import.meta.url);
  await using server = await startServer({
    cached: ["ws"],
    files: { "ws/index.ts": await Deno.readTextFile(ws), ...await streamsFunction("sockets") },
  });
  for (const name of ["ws", "sockets"]) {
    await server.answers(`/${name}`, "ready");
    const subject = { server, name };
    await test.step(`${name}: the sub-protocol is negotiated`, () => negotiate(subject));
    await test.step(`${name}: messages of 10 MB come back unchanged`, () => echo(subject));
    await test.step(`${name}: a ping is answered`, () => ping(subject));
    await test.step(`${name}: the client's close code and reason`, () => closeHere(subject));
    await test.step(`${name}: the function's close code and reason`, () => closeThere(subject));
    await test.step(`${name}: the client dies`, () => dieHere(subject));
    await test.step(`${name}: the client dies over unread data`, () => resetHere(subject));
    await test.step(`${name}: the function dies`, () => dieThere(subject));
  }
});

async function negotiate(subject: Subject): Promise<void> {
  const chosen = open(subject, "chosen", ["chat.v1", "chat.v2"]);
  chosen.socket.onopen = () => chosen.socket.send("hello");
  assert.equal(await chosen.next(), "hello");
  assert.equal(chosen.socket.protocol, "chat.v2");
  chosen.socket.close();
  await chosen.closed();
  using raw = await shake(subject, "raw", "Sec-WebSocket-Protocol: chat.v2\r\n");
  await raw.write(frame(1, "hello"));
  assert.deepEqual(await readFrame(raw), [1, "hello"]);
}

async function echo(subject: Subject): Promise<void> {
  const { socket, next, closed } = open(subject, "echo");
  const text = "Zwölf Boxkämpfer, 十二, 🥊\n".repeat(LARGE / 32);
  socket.onopen = () => socket.send(text);
  assert.ok(await next() === text);
  const bytes = randomBytes(LARGE);
  socket.send(bytes);
  assert.equal(await next(), createHash("sha256").update(bytes).digest("hex"));
  assert.ok(bytes.equals(new Uint8Array(await next() as ArrayBuffer)));
  socket.close();
  await closed();
}

async function ping(subject: Subject): Promise<void> {
  using raw = await shake(subject, "ping");
  await raw.write(frame(PING, "anybody?"));
  assert.deepEqual(await readFrame(raw), [PONG, "anybody?"]);
  // Deno's own sockets have no method to send a ping.
  if (subject.name !== "ws") return;
  const { socket, next, closed } = open(subject, "pong");
  socket.onopen = () => socket.send("ping me");
  assert.equal(await next(), "pong: are you there");
  socket.close();
  await closed();
}

async function closeHere(subject: Subject): Promise<void> {
  const { socket, closed } = open(subject, "here");
  socket.onopen = () => socket.close(4001, "x");
  const { code, reason, wasClean } = await closed();
  assert.deepEqual([code, reason, wasClean], [4001, "x", true]);
  assert.equal(await askClosed(subject, "here"), "4001 x");
}

async function closeThere(subject: Subject): Promise<void> {
  const { socket, closed } = open(subject, "there");
  socket.onopen = () => socket.send("close me");
  const { code, reason, wasClean } = await closed();
  assert.deepEqual([code, reason, wasClean], [4002, "enough of this", true]);
  assert.equal(await askClosed(subject, "there"), "4002 enough of this");
}

async function dieHere(subject: Subject): Promise<void> {
  const client = await shake(subject, "dead");
  await client.write(frame(1, "alive"));
  assert.deepEqual(await readFrame(client), [1, "alive"]);
  client.close();
  assert.match(await askClosed(subject, "dead"), LOST);
}

/** Resets a connection: closes it before all received bytes are read. */
async function resetHere(subject: Subject): Promise<void> {
  const client = await shake(subject, "reset");
  await client.write(frame(1, "flood me"));
  await client.read(2);
  client.close();
  assert.match(await askClosed(subject, "reset"), LOST);
}

async function dieThere(subject: Subject): Promise<void> {
  using client = await shake(subject, "die");
  await client.write(frame(1, "die"));
  // The connection ends without a close frame.
  assert.equal(await client.readAll(), "");
}

function askClosed({ server, name }: Subject, id: string): Promise<string> {
  return ask(`${server.url}/${name}/closed/${id}`);
}

function open({ server, name }: Subject, id: string, protocols: string[] = []): Socket {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/${name}/${id}`, protocols);
  socket.binaryType = "arraybuffer";
  const messages: (string | ArrayBuffer)[] = [];
  let heard = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<CloseEvent>();
  socket.onmessage = ({ data }) => {
    messages.push(data);
    heard.resolve();
  };
  socket.onclose = closed.resolve;
  return {
    socket,
    async next() {
      while (messages.length === 0) {
        await within(heard.promise, "a message");
        heard = Promise.withResolvers();
      }
      return messages.shift()!;
    },
    closed: () => within(closed.promise, "the socket's close"),
  };
}

/** Opens a WebSocket by a hand-written handshake. */
async function shake({ server, name }: Subject, id: string, fields = ""): Promise<Peer> {
  const client = await connect(server);
  await client.write(
    `GET /${name}/${id} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n${fields}\r\n`,
  );
  const head = await client.readHead();
  assert.match(head, /^HTTP\/1\.1 101 /);
  assert.match(head, /\r\nconnection: upgrade\r\n/i);
  assert.match(head, /\r\nupgrade: websocket\r\n/i);
  assert.match(head, new RegExp(`\r\nsec-websocket-accept: ${RegExp.escape(ACCEPT)}\r\n`, "i"));
  if (fields !== "") assert.ok(head.toLowerCase().includes(fields.toLowerCase()));
  return client;
}

/** Returns a short frame with a mask of zeros. RFC 6455, section 5.2. */
function frame(opcode: number, payload: string): string {
  return String.fromCharCode(0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0) + payload;
}

async function readFrame(peer: Peer): Promise<[opcode: number, payload: string]> {
  const head = await peer.read(2);
  return [head.charCodeAt(0) & 0x0f, await peer.read(head.charCodeAt(1))];
}
