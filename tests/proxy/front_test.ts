import { equal, match, ok } from "node:assert/strict";
import { PAIRS } from "./certificates.ts";
import { GET, OK, openStage, type Peer, type Stage, within } from "./harness.ts";
import { eventually } from "../patience.ts";
import { connectFrom, exchangeFrom, openHalf } from "./local_client.ts";

/** The proxy answers it itself, so no function is needed. */
const ASK = "GET /none HTTP/1.1\r\nHost: h\r\n\r\n";
const ASK_ONCE = ASK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
const UPGRADE = "GET /app HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";

function askFrom(stage: Stage, from: string): Promise<string> {
  return exchangeFrom({ from, port: stage.proxy.port, request: ASK_ONCE });
}

/** Connections from 127.0.0.1, each with a request that the function does not answer. */
async function holdRequests(stage: Stage, count: number): Promise<Peer[]> {
  const held: Peer[] = [];
  while (held.length < count) {
    const client = await stage.connect();
    await client.write(GET);
    held.push(client);
  }
  return held;
}

/** The proxy reacts a little after its clients. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  const wait = async (): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  await within(wait(), what);
}

Deno.test("openProxy() serves others while one peer has 2,000 half-open connections", async () => {
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  await using stage = openStage({ maxConnections: 1_000 }, { onWarning });
  using _half = await openHalf(stage.proxy.port, 2_000);
  for (let count = 0; count < 20; count++) {
    match(await askFrom(stage, "127.0.0.2"), /^HTTP\/1.1 404 /);
  }
  equal(stage.proxy.connections, 250);
  const { refusedPeers, evictedUnfinished } = stage.proxy.figures;
  equal(refusedPeers + evictedUnfinished, 1_750);
  // In a flood, most are refused at once.
  ok(refusedPeers > evictedUnfinished, `${refusedPeers} and ${evictedUnfinished}`);
  // 1,750 events, one warning.
  equal(warnings.length, 1);
  match(
    warnings[0]!,
    /^Closed 1 connection, the last one from 127\.0\.0\.1: .*trusted-pro/,
  );
});

Deno.test("openProxy() serves a client that shares its address with half-open connections", async () => {
  await using stage = openStage({ maxConnections: 40 });
  const idle = await stage.connect();
  await idle.write(ASK);
  await idle.readUntil("not found");
  using _half = await openHalf(stage.proxy.port, 50);
  // One connection of the address gives way each 10 ms: at first the idle one.
  await until(() => stage.proxy.figures.evictedIdle === 1, "the idle connection to give way");
  const asked = async (): Promise<boolean> =>
    /^HTTP\/1.1 404 /.test(await askFrom(stage, "127.0.0.1"));
  await eventually("an answer", asked);
  ok(stage.proxy.figures.evictedUnfinished > 0);
});

Deno.test("openProxy() keeps connections for others while one peer has requests in flight", async () => {
  await using stage = openStage({ maxConnections: 8 });
  const [first] = await holdRequests(stage, 2);
  await until(() => stage.backend.opened === 2, "the requests");
  const third = await stage.connect();
  equal(await third.readAll(), "");
  match(await askFrom(stage, "127.0.0.2"), /^HTTP\/1.1 404 /);
  // The peer may use a freed connection again.
  first!.close();
  await until(() => stage.proxy.connections === 1, "a connection to be closed");
  const next = await stage.connect();
  await next.write(ASK_ONCE);
  match(await next.readAll(), /^HTTP\/1.1 404 /);
});

Deno.test("openProxy() rejects others if one peer may use all connections", async () => {
  await using stage = openStage({ maxConnections: 8, maxConnectionsPerPeer: Infinity });
  await holdRequests(stage, 8);
  await until(() => stage.backend.opened === 8, "the requests");
  match(await askFrom(stage, "127.0.0.2"), /^HTTP\/1.1 503 .*too-many-connections/s);
  equal(stage.proxy.figures.refusedFull, 1);
});

Deno.test("openProxy() does not limit a trusted proxy", async () => {
  await using stage = openStage({ maxConnections: 8 }, { trustedProxies: ["127.0.0.1"] });
  await holdRequests(stage, 7);
  await until(() => stage.backend.opened === 7, "the requests");
  equal(stage.proxy.figures.refusedPeers, 0);
  match(await askFrom(stage, "127.0.0.2"), /^HTTP\/1.1 404 /);
});

for (const [kind, bytes] of [["half heads", "GET / HT"], ["nothing", ""]] as const) {
  Deno.test(`openProxy() evicts ${kind} of many peers for a request`, async () => {
    await using stage = openStage({ maxConnections: 50, maxConnectionsPerPeer: Infinity });
    using _half = await openHalf(stage.proxy.port, 300, bytes);
    for (let count = 0; count < 20; count++) {
      match(await askFrom(stage, "127.0.0.2"), /^HTTP\/1.1 404 /);
    }
    ok(stage.proxy.figures.evictedUnfinished >= 250);
    ok(stage.proxy.connections <= 50);
  });
}

Deno.test("openProxy() evicts idle connections, and their clients see them closed", async () => {
  await using stage = openStage({ maxConnections: 4, maxConnectionsPerPeer: Infinity });
  const idle: Peer[] = [];
  for (let count = 0; count < 4; count++) {
    const client = await stage.connect();
    await client.write(ASK);
    await client.readUntil("not found");
    idle.push(client);
  }
  match(await askFrom(stage, "127.0.0.2"), /^HTTP\/1.1 404 /);
  equal(stage.proxy.figures.evictedIdle, 1);
  equal(await idle[0]!.readAll(), "");
  await idle[1]!.write(ASK);
  await idle[1]!.readUntil("not found");
});

Deno.test("openProxy() never evicts an in-flight request or a tunnel", async () => {
  await using stage = openStage({ maxConnections: 4, maxConnectionsPerPeer: Infinity });
  const [asking, tunnelling] = [await stage.connect(), await stage.connect()];
  await asking.write(GET);
  const served = await stage.backend.accept();
  await served.readHead();
  await tunnelling.write(UPGRADE);
  const far = await stage.backend.accept();
  await far.readHead();
  await far.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  await tunnelling.readHead();
  using _half = await openHalf(stage.proxy.port, 200);
  match(await askFrom(stage, "127.0.0.2"), /^HTTP\/1.1 404 /);
  await served.write(OK);
  equal(await asking.readUntil("ok"), OK);
  await tunnelling.write("ping");
  equal(await far.read(4), "ping");
});

Deno.test("openProxy() counts unfinished TLS handshakes", async () => {
  const { one } = PAIRS;
  await using stage = openStage({ maxConnections: 40 }, { tls: one });
  // The first bytes of a ClientHello (RFC 8446, section 4.1.2), and nothing more.
  const hello = "\x16\x03\x01\x02\x00\x01";
  const half = await Promise.all(Array.from({ length: 200 }, async (_, index) => {
    const socket = await connectFrom({ from: "127.0.0.2", port: stage.proxy.port });
    if (index % 2 === 0) socket.write(hello, "latin1");
    return socket;
  }));
  try {
    const { figures } = stage.proxy;
    const count = (): number => figures.refusedPeers + figures.evictedUnfinished;
    await until(() => count() === 190, "190 connections to be closed");
    for (let count = 0; count < 5; count++) await askOverTls(stage);
  } finally {
    for (const socket of half) socket.destroy();
  }
});

Deno.test("openProxy() evicts unfinished TLS handshakes of many peers", async () => {
  const { one } = PAIRS;
  await using stage = openStage({ maxConnections: 20, maxConnectionsPerPeer: 15 }, { tls: one });
  const half = await Promise.all(Array.from({ length: 400 }, async (_, index) => {
    const socket = await connectFrom({ from: `127.0.0.${2 + index % 40}`, port: stage.proxy.port });
    if (index % 2 === 0) socket.write("\x16\x03\x01\x02\x00\x01", "latin1");
    return socket;
  }));
  try {
    for (let count = 0; count < 20; count++) await askOverTls(stage);
    ok(stage.proxy.figures.evictedUnfinished > 0);
  } finally {
    for (const socket of half) socket.destroy();
  }
});

async function askOverTls(stage: Stage): Promise<void> {
  const client = await stage.connect(PAIRS.one.authority);
  await client.write(ASK_ONCE);
  match(await client.readAll(), /^HTTP\/1.1 404 /);
  client.close();
}

Deno.test("serveClient() answers 429 if a peer has reached its limit of in-flight requests", async () => {
  await using stage = openStage({ maxInFlight: 8 });
  const held = await holdRequests(stage, 2);
  const served = [await stage.backend.accept(), await stage.backend.accept()];
  const third = await stage.connect();
  await third.write(GET);
  match(
    await third.readUntil("limit of in-flight requests"),
    /^HTTP\/1.1 429 .*x-ddsrv-error: too-many-in-flight\r\nretry-after: 1\r\nconnection: keep-alive/s,
  );
  equal(stage.proxy.figures.crowdedRequests, 1);
  // Other peers use the rest of the function's limit.
  const other = await connectFrom({ from: "127.0.0.2", port: stage.proxy.port });
  other.write(GET);
  await (await stage.backend.accept()).readHead();
  other.destroy();
  for (const one of served) {
    await one.readHead();
    await one.write(OK);
  }
  for (const client of held) await client.readUntil("ok");
  await third.write(GET);
  await served[1]!.readHead();
  await served[1]!.write(OK);
  await third.readUntil("ok");
});

Deno.test("serveClient() answers 503 to others if one peer may use all of a function", async () => {
  await using stage = openStage({ maxInFlight: 4, maxInFlightPerPeer: Infinity });
  await holdRequests(stage, 4);
  await until(() => stage.upstream.inFlight === 4, "the requests");
  const request = GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
  const { port } = stage.proxy;
  match(
    await exchangeFrom({ from: "127.0.0.2", port, request }),
    /^HTTP\/1.1 503 .*function-busy/s,
  );
});

Deno.test("serveClient() limits one peer to a quarter of the waiting requests", async () => {
  await using stage = openStage({ maxWaiting: 8 });
  stage.routes.set("app", { type: "waiting" });
  await holdRequests(stage, 2);
  await until(() => stage.routes.waitingFor("app") === 2, "two requests that wait");
  const third = await stage.connect();
  await third.write(GET);
  match(await third.readUntil("waiting for it"), /^HTTP\/1.1 503 .*function-starting/s);
  const other = await connectFrom({ from: "127.0.0.2", port: stage.proxy.port });
  other.write(GET);
  await until(() => stage.routes.waitingFor("app") === 3, "another peer's request");
  other.destroy();
});
