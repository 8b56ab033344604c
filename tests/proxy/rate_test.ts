import { deepEqual, equal, match } from "node:assert/strict";
import { parseRateLimit } from "../../lib/config/rate_limit.ts";
import { clientAddress, forwardedClient } from "../../lib/proxy/forwarded_client.ts";
import { peerOf, trustOf } from "../../lib/proxy/peer.ts";
import { createRequestHead, parseRequestHead } from "../../lib/proxy/http1/request_head.ts";
import { defaultLimits } from "../../lib/config/limits.ts";
import { bytesOf, GET, OK, openStage } from "./harness.ts";
import { exchangeFrom } from "./local_client.ts";

const ASK = "GET /none HTTP/1.1\r\nHost: h\r\n\r\n";
const LIMITED = "the limit for each client is 2/h";
const rateLimit = parseRateLimit("2/h");

Deno.test("serveClient() answers 429 above the rate limit and keeps the connection", async () => {
  await using stage = openStage({}, { rateLimit });
  const client = await stage.connect();
  for (let count = 0; count < 2; count++) {
    await client.write(ASK);
    match(await client.readUntil("not found"), /^HTTP\/1.1 404 /);
  }
  for (let count = 0; count < 2; count++) {
    await client.write(ASK);
    match(
      await client.readUntil(LIMITED),
      /^HTTP\/1.1 429 Too Many Requests\r\n.*x-ddsrv-error: rate-limited\r\nretry-after: 1800\r\nconnection: keep-alive\r\n/s,
    );
  }
  equal(stage.proxy.figures.limitedRequests, 2);
  // The limit is for the peer, not for the connection.
  const second = await stage.connect();
  await second.write(ASK);
  match(await second.readUntil(LIMITED), /^HTTP\/1.1 429 /);
  const request = ASK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
  const { port } = stage.proxy;
  match(await exchangeFrom({ from: "127.0.0.2", port, request }), /^HTTP\/1.1 404 /);
});

Deno.test("serveClient() counts each of several pipelined requests", async () => {
  await using stage = openStage({}, { rateLimit });
  const client = await stage.connect();
  const last = ASK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
  await client.write(ASK.repeat(9) + last);
  const statuses = (await client.readAll()).match(/(?<=HTTP\/1.1 )\d+/g);
  deepEqual(statuses, ["404", "404", ...new Array<string>(8).fill("429")]);
});

Deno.test("serveClient() does not limit without a rate", async () => {
  await using stage = openStage();
  const client = await stage.connect();
  const last = ASK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
  await client.write(ASK.repeat(99) + last);
  equal((await client.readAll()).match(/HTTP\/1.1 404/g)?.length, 100);
});

Deno.test("serveClient() finds the next request after a limited one with a body", async () => {
  await using stage = openStage({}, { rateLimit: parseRateLimit("1/h") });
  const client = await stage.connect();
  await client.write(`${ASK}POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nGET${ASK}`);
  await client.readUntil("not found");
  for (let count = 0; count < 2; count++) {
    match(await client.readUntil("the limit for each client is 1/h"), /^HTTP\/1.1 429 /);
  }
});

Deno.test("serveClient() limits the clients that a trusted proxy names", async () => {
  await using stage = openStage({}, { rateLimit, trustedProxies: ["127.0.0.1", "10.0.0.0/8"] });
  const client = await stage.connect();
  const askFor = async (forwarded: string): Promise<string> => {
    const field = forwarded === "" ? "" : `X-Forwarded-For: ${forwarded}\r\n`;
    await client.write(`HEAD /none HTTP/1.1\r\nHost: h\r\n${field}\r\n`);
    return (await client.readHead()).slice(9, 12);
  };
  const rows = [
    ["192.0.2.1", "404"],
    ["192.0.2.1", "404"],
    ["192.0.2.1", "429"],
    // Values that the client itself wrote come before its address.
    ["198.51.100.9, 192.0.2.1", "429"],
    ["192.0.2.1, 10.1.2.3", "429"],
    ["192.0.2.2", "404"],
    ["2001:db8::1", "404"],
    ["[2001:db8::2]:80", "404"],
    ["2001:db8::3", "429"],
    ["", "404"],
    ["", "404"],
    ["", "404"],
  ] as const;
  for (const [forwarded, status] of rows) equal(await askFor(forwarded), status, forwarded);
});

Deno.test("serveClient() ignores X-Forwarded-For of untrusted peers", async () => {
  await using stage = openStage({}, { rateLimit });
  const client = await stage.connect();
  for (const [index, status] of ["404", "404", "429"].entries()) {
    await client.write(
      `HEAD /none HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.${index}\r\n\r\n`,
    );
    equal((await client.readHead()).slice(9, 12), status);
  }
});

Deno.test("serveClient() applies the rate limit of a function", async () => {
  await using stage = openStage();
  const { upstream } = stage;
  stage.routes.set("app", { type: "ready", upstream, rateLimit: parseRateLimit("1/h") });
  const client = await stage.connect();
  await client.write(GET);
  const served = await stage.backend.accept();
  await served.readHead();
  await served.write(OK);
  await client.readUntil("ok");
  await client.write(GET);
  match(await client.readUntil("each client is 1/h"), /^HTTP\/1.1 429 /);
  stage.routes.set("other", { type: "ready", upstream, rateLimit: parseRateLimit("1/h") });
  await client.write(GET.replace("/app", "/other"));
  await served.readHead();
  await served.write(OK);
  await client.readUntil("ok");
});

Deno.test("Proxy.configure() applies another rate at once", async () => {
  await using stage = openStage({}, { rateLimit });
  const client = await stage.connect();
  const ask = async (): Promise<string> => {
    await client.write(ASK.replace("GET", "HEAD"));
    return (await client.readHead()).slice(9, 12);
  };
  deepEqual([await ask(), await ask(), await ask()], ["404", "404", "429"]);
  stage.proxy.configure({});
  equal(await ask(), "404");
});

const named: readonly (readonly [fields: string, client: string | undefined])[] = [
  ["", undefined],
  ["X-Forwarded-For: ", undefined],
  ["X-Forwarded-For: 10.0.0.1, 10.0.0.2", undefined],
  ["X-Forwarded-For: 192.0.2.1", "192.0.2.1"],
  ["X-Forwarded-For: 192.0.2.9, 192.0.2.1", "192.0.2.1"],
  ["X-Forwarded-For: 192.0.2.1,10.0.0.1 , ,", "192.0.2.1"],
  ["X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-For: 192.0.2.1", "192.0.2.1"],
  ["X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 10.0.0.1", "192.0.2.1"],
  ["X-Forwarded-For: 192.0.2.1:4711", "192.0.2.1"],
  ["X-Forwarded-For: [2001:db8::1]:4711", "2001:db8:0:0::/64"],
  ["X-Forwarded-For: ::ffff:192.0.2.1", "192.0.2.1"],
  ["X-Forwarded-For: 192.0.2.1, ::ffff:10.0.0.1", "192.0.2.1"],
  ["X-Forwarded-For: unknown", "unknown"],
  [`X-Forwarded-For: ${"x".repeat(2_000)}`, "x".repeat(64)],
];

/** The proxy's own address, for a client that it does not name by an address. */
const PROXY = "10.0.0.9:81";

/** What Deno gets for the values of X-Forwarded-For in which the client has no IPv4 address. */
const sockets: Readonly<Record<string, string>> = {
  "[2001:db8::1]:4711": "[2001:db8::1]:0",
};

for (const [fields, client] of named) {
  Deno.test(`forwardedClient() returns ${client?.slice(0, 20)} for ${JSON.stringify(fields.slice(0, 60))}`, () => {
    const bytes = bytesOf(`GET / HTTP/1.1\r\nHost: h\r\n${fields}${fields && "\r\n"}\r\n`);
    const head = createRequestHead(defaultLimits.maxFields);
    equal(parseRequestHead(bytes, { start: 0, end: bytes.length }, head, defaultLimits), undefined);
    const isTrusted = trustOf(["10.0.0.0/8"]);
    equal(forwardedClient(head, isTrusted), client);
    const peer = peerOf("10.0.0.9", { proto: "http", isTrusted, port: 81 });
    const said = new TextDecoder().decode(clientAddress(peer, head, isTrusted));
    equal(said, sockets[fields.slice(17)] ?? (client === "192.0.2.1" ? "192.0.2.1:0" : PROXY));
    // A client that is no trusted proxy says nothing about its address.
    const own = peerOf("::ffff:192.0.2.7", { proto: "http", isTrusted, port: 82 });
    equal(new TextDecoder().decode(clientAddress(own, head, isTrusted)), "192.0.2.7:82");
  });
}
