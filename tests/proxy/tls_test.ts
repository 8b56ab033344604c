import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { peerOf } from "../../lib/proxy/peer.ts";
import { PeerTable } from "../../lib/proxy/peer_table.ts";
import { openProxy } from "../../lib/proxy/proxy.ts";
import { openTlsListener } from "../../lib/proxy/tls/listener.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { type KeyPair, openTerminator } from "../../lib/proxy/tls/terminator.ts";
import { watchKeyPair } from "../../lib/proxy/tls/renewal.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { PAIRS } from "./certificates.ts";
import { GET, OK, openStage, within } from "./harness.ts";

const { one, two } = PAIRS;

Deno.test("openProxy() serves TLS and reports https to the function", async () => {
  await using stage = openStage({}, { tls: one });
  const client = await stage.connect(one.authority);
  await client.write(GET);
  const served = await stage.backend.accept();
  match(
    await served.readHead(),
    /\r\nX-Forwarded-For: 127\.0\.0\.1\r\nX-Forwarded-Host: h\r\nX-Forwarded-Proto: https\r\n/,
  );
  await served.write(OK);
  equal(await client.readUntil("ok"), OK);
});

Deno.test("openProxy() forwards large bodies over TLS, both ways", async () => {
  await using stage = openStage({}, { tls: one });
  const body = "0123456789abcdef".repeat(128 * 1024);
  const client = await stage.connect(one.authority);
  const sent = client.write(
    `POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const served = await stage.backend.accept();
  await served.readHead();
  equal(await served.read(body.length), body);
  await sent;
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const answered = served.write(answer);
  equal(await client.read(answer.length), answer);
  await answered;
});

Deno.test("openProxy() answers a TLS client that shuts down its side, and drops one that is gone", async () => {
  await using stage = openStage({}, { tls: one });
  const client = await stage.connect(one.authority);
  await client.write(GET);
  await client.closeWrite();
  const served = await stage.backend.accept();
  await served.readHead();
  await served.write(OK);
  equal(await client.readAll(), OK);
  const gone = await stage.connect(one.authority);
  await gone.write(GET);
  await served.readHead();
  gone.close();
  equal(await served.readAll(), "");
  await within(stage.upstream.drained(), "the exchange to end");
});

Deno.test("openProxy() sends the whole response before it closes a TLS connection", async () => {
  await using stage = openStage({}, { tls: one });
  const body = "x".repeat(4 * 1024 * 1024);
  const client = await stage.connect(one.authority);
  await client.write("GET /app HTTP/1.0\r\n\r\n");
  const served = await stage.backend.accept();
  await served.readHead();
  const answered = served.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await answered;
  match(await client.readAll(), /^HTTP\/1.1 200 OK\r\n.*Connection: close\r\n\r\nx{4194304}$/s);
});

Deno.test("openProxy() sends no data to a client that does not speak TLS", async () => {
  await using stage = openStage({}, { tls: one });
  const client = await stage.connect();
  await client.write(GET);
  equal((await client.readAll()).includes("HTTP/"), false);
  equal(stage.backend.opened, 0);
});

Deno.test("Proxy.renew() replaces the certificate and drops no connections", async () => {
  await using stage = openStage({}, { tls: one });
  const before = await stage.connect(one.authority);
  await before.write(GET);
  const served = await stage.backend.accept();
  await served.readHead();
  stage.proxy.renew(two);
  const after = await stage.connect(two.authority);
  await rejects(stage.connect(one.authority), /certificate|UnknownIssuer/i);
  await served.write(OK);
  await before.readUntil("ok");
  for (const client of [before, after]) {
    await client.write(GET);
    await served.readHead();
    await served.write(OK);
    equal(await client.readUntil("ok"), OK);
  }
});

Deno.test("Proxy.renew() keeps the previous pair if the new one is invalid", async () => {
  await using stage = openStage({}, { tls: one });
  throws(() => stage.proxy.renew({ cert: two.cert, key: one.key }));
  throws(() => stage.proxy.renew({ cert: "no certificate", key: one.key }));
  await stage.connect(one.authority);
});

Deno.test("Proxy.renew() loses no new connections", async () => {
  await using stage = openStage({}, { tls: one });
  const authorities = `${one.authority}${two.authority}`;
  const clients = Array.from({ length: 60 }, async (_, index) => {
    if (index % 10 === 5) stage.proxy.renew(index % 20 === 5 ? two : one);
    const client = await stage.connect(authorities);
    await client.write("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
    match(await client.readUntil("not found"), /^HTTP\/1.1 404 /);
  });
  await Promise.all(clients);
});

/** Connects with a server name, and returns which of the test certificates the proxy chose. */
async function chosenFor(port: number, hostname: string): Promise<"one" | "two" | "none"> {
  for (const name of ["one", "two"] as const) {
    const plain = await Deno.connect({ hostname: "127.0.0.1", port });
    const caCerts = [PAIRS[name].authority];
    const options = { hostname, caCerts, unsafelyDisableHostnameVerification: true };
    using connection = await Deno.startTls(plain, options);
    const isChosen = await connection.handshake().then(() => true, () => false);
    if (isChosen) return name;
  }
  return "none";
}

Deno.test("Proxy.certify() adds certificates that are chosen by the client's server name", async () => {
  await using stage = openStage({}, { tls: one });
  const { port } = stage.proxy;
  equal(await chosenFor(port, "shop.test"), "one");
  stage.proxy.certify("a", { names: ["shop.test", "*.wild.test"], pair: two });
  equal(await chosenFor(port, "shop.test"), "two");
  equal(await chosenFor(port, "Any.WILD.test"), "two");
  equal(await chosenFor(port, "other.test"), "one");
  equal(await chosenFor(port, "127.0.0.1"), "one");
  throws(() => stage.proxy.certify("a", { names: [], pair: { cert: one.cert, key: two.key } }));
  equal(await chosenFor(port, "shop.test"), "two");
  stage.proxy.certify("a", { names: ["shop.test"], pair: one });
  stage.proxy.renew(two);
  equal(await chosenFor(port, "shop.test"), "one");
  equal(await chosenFor(port, "any.wild.test"), "two");
  stage.proxy.certify("a", undefined);
  equal(await chosenFor(port, "shop.test"), "two");
});

Deno.test("openProxy() refuses hosts without a certificate if there is no default one", async () => {
  await using stage = openStage({}, { hasCertificates: true });
  const { port } = stage.proxy;
  equal(await chosenFor(port, "localhost"), "none");
  stage.proxy.certify("a", { names: ["localhost"], pair: one });
  equal(await chosenFor(port, "localhost"), "one");
  equal(await chosenFor(port, "other.test"), "none");
  equal(await chosenFor(port, "127.0.0.1"), "none");
  const client = await stage.connect(one.authority);
  await client.write(GET);
  const served = await stage.backend.accept();
  match(await served.readHead(), /\r\nX-Forwarded-Proto: https\r\n/);
  await served.write(OK);
  equal(await client.readUntil("ok"), OK);
});

Deno.test("openProxy() throws and releases its resources if the port is in use", () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const options = { hostname: "127.0.0.1", port: taken.addr.port, routes: new RouteTable() };
  throws(() => openProxy({ ...options, tls: one, onError: () => {} }), Deno.errors.AddrInUse);
});

Deno.test("openTlsListener() drops a closed client that does not read if there are too many", async () => {
  const left: string[] = [];
  const listener = openTlsListener({
    hostname: "127.0.0.1",
    port: 0,
    pair: one,
    maxConnections: 1,
    spareConnections: 0,
    admit(address) {
      const peer = peerOf(address, { proto: "https", isTrusted: () => false });
      const account = new PeerTable().enter(address, { isExempt: false, maxConnections: 1 })!;
      return { peer, account, leave: () => left.push(address) };
    },
  });
  const address = { hostname: "localhost", port: listener.address.port, caCerts: [one.authority] };
  const clients = [await Deno.connectTls(address)];
  const { connection: first } = await listener.accept();
  await clients[0]!.handshake();
  // More than the kernel buffers for a client that does not read: the last write never ends.
  const piece = new Uint8Array(1024 * 1024);
  let written = 0;
  const filling = (async () => {
    for (;; written++) await first.write(piece);
  })().catch(() => {});
  for (let before = -1; before !== written;) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  first.close();
  await filling;
  clients.push(await Deno.connectTls(address));
  const { connection: second } = await within(listener.accept(), "the second client");
  await clients[1]!.handshake();
  await within(
    (async () => {
      while (left.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    })(),
    "the first client to be dropped",
  );
  second.close();
  for (const client of clients) client.close();
  listener.close();
  listener.abandon();
});

Deno.test("disposing of openProxy() closes silent TLS clients at once", async () => {
  const stage = openStage({}, { tls: one });
  await stage.connect(one.authority);
  await stage.connect();
  await stage[Symbol.asyncDispose]();
});

Deno.test("watchKeyPair() renews the pair once both files match", async () => {
  await using directory = await temporaryDirectory();
  const certPath = await directory.write("cert.pem", one.cert);
  const keyPath = await directory.write("key.pem", one.key);
  const renewed: KeyPair[] = [];
  const warnings: string[] = [];
  let told = Promise.withResolvers<void>();
  const tell = (): void => told.resolve();
  await using _watch = watchKeyPair({
    certPath,
    keyPath,
    current: one,
    intervalMs: 1,
    renew(pair) {
      if (pair.cert === two.cert && pair.key === one.key) throw new Error("they don't match");
      renewed.push(pair);
    },
    onRenewed: tell,
    onWarning(message) {
      warnings.push(message);
      tell();
    },
  });
  await replace(certPath, two.cert);
  await within(told.promise, "a warning");
  match(warnings.join(), /they don't match\. The previous pair stays in use\. Fix the files$/);
  told = Promise.withResolvers();
  await replace(keyPath, two.key);
  await within(told.promise, "the renewal");
  equal(renewed.length, 1);
  equal(renewed[0]!.key, two.key);
  told = Promise.withResolvers();
  await Deno.remove(certPath);
  await within(told.promise, "another warning");
  equal(warnings.length, 2);
  equal(renewed.length, 1);
});

/** Replaces a file atomically, as tools that renew certificates do. */
async function replace(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  await Deno.writeTextFile(beside, text);
  await Deno.rename(beside, path);
}

Deno.test("openTerminator() is not affected by connections of other processes", async () => {
  const terminator = openTerminator(one);
  const opened: { readonly close: () => void }[] = [];
  try {
    const first = await terminator.meet();
    opened.push(first.inner, first.served);
    const { hostname, port } = first.inner.remoteAddr;
    // More than its backlog and its list of unknown connections hold.
    for (let count = 0; count < 1_100; count++) {
      opened.push(await Deno.connect({ hostname, port }));
    }
    const met = await within(terminator.meet(), "both ends");
    opened.push(met.inner, met.served);
    deepEqual(met.served.remoteAddr, met.inner.localAddr);
  } finally {
    for (const one of opened) one.close();
    terminator.retire();
  }
});
