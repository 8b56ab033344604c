import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { bytesOf, type Peer } from "../proxy/harness.ts";
import { streamsFunction } from "./support/fixtures.ts";
import { type Server, startServer } from "./support/harness.ts";
import { connect, type RawAnswer, readAnswer } from "./support/raw_client.ts";

/** The function's report of a request. */
interface Report {
  readonly target: string;
  readonly fields: readonly string[];
  readonly trailers: readonly string[];
  readonly body: string;
}

Deno.test("messages of every form that HTTP/1.1 allows pass the proxy", async (test) => {
  await using server = await startServer({ files: await streamsFunction("messages") });
  await server.said("messages ready");
  await test.step("gzip and br unchanged", () => compressed(server));
  await test.step("answers without a body", () => bodiless(server));
  await test.step("redirects", () => redirects(server));
  await test.step("targets", () => targets(server));
  await test.step("fields, in order and in their case", () => fields(server));
  await test.step("trailers both ways", () => trailers(server));
  await test.step("early hints", () => earlyHints(server));
  await test.step("HTTP/1.0", () => oldVersion(server));
  await test.step("Expect: 100-continue, accepted", () => expectAccepted(server));
  await test.step("Expect: 100-continue, refused", () => expectRefused(server));
});

async function compressed(server: Server): Promise<void> {
  using client = await connect(server);
  for (
    const [coding, decompress] of [["gzip", gunzipSync], ["br", brotliDecompressSync]] as const
  ) {
    const { head, body } = await get(
      client,
      `/compressed/${coding}`,
      "Accept-Encoding: gzip, br\r\n",
    );
    const bytes = bytesOf(body);
    assert.match(head, new RegExp(`\r\ncontent-encoding: ${coding}\r\n`));
    const digest = createHash("sha256").update(bytes).digest("hex");
    assert.match(head, new RegExp(`\r\nx-digest: ${digest}\r\n`));
    assert.match(String(decompress(bytes)), /^(?:All that glitters is not gold\. ){20000}$/);
  }
}

/** Sends all requests on one connection, so that an extra byte would corrupt the next answer. */
async function bodiless(server: Server): Promise<void> {
  using client = await connect(server);
  for (
    const [method, path, status] of [
      ["HEAD", "/sized", 200],
      ["HEAD", "/open", 200],
      ["GET", "/status/204", 204],
      ["GET", "/status/304", 304],
      ["HEAD", "/status/304", 304],
      ["HEAD", "/status/404", 404],
    ] as const
  ) {
    await client.write(`${method} /messages${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const { head } = await readAnswer(client, { isForHead: method === "HEAD" });
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `), path);
    if (path === "/sized") assert.match(head, /\r\ncontent-length: 5\r\n/i);
    if (path === "/status/304") assert.match(head, /\r\netag: "1"\r\n/);
  }
  assert.equal((await get(client, "/sized")).body, "sized");
}

async function redirects(server: Server): Promise<void> {
  using client = await connect(server);
  for (const status of [301, 302, 303, 307, 308]) {
    for (
      const to of ["/elsewhere", "../up?", "//host/%2F", "https://elsewhere.test:1/a b?c=%20#d"]
    ) {
      const { head } = await get(client, `/redirect/${status}`, `X-To: ${to}\r\n`);
      assert.ok(head.startsWith(`HTTP/1.1 ${status} `) && head.includes(`\r\nLocation: ${to}\r\n`));
    }
  }
}

async function targets(server: Server): Promise<void> {
  using client = await connect(server);
  for (
    const [sent, seen] of [
      ["", "/"],
      ["?", "/?"],
      ["/", "/"],
      ["/?", "/?"],
      ["?x=1", "/?x=1"],
      ["//", "//"],
      ["//x//y/", "//x//y/"],
      ["/a%2Fb%2f", "/a%2Fb%2f"],
      ["/%20/+", "/%20/+"],
      ["/%C3%A9?q=%20+&&=?/", "/%C3%A9?q=%20+&&=?/"],
    ] as const
  ) {
    assert.equal(reportOf(await get(client, sent)).target, seen, sent);
  }
}

async function fields(server: Server): Promise<void> {
  using client = await connect(server);
  const { head } = await get(client, "/fields");
  assert.ok(
    head.includes(
      "\r\nSet-Cookie: A=1; Path=/\r\nset-cookie: b=2\r\nX-CaSe: kept\r\n" +
        "SET-COOKIE: C=3, still C\r\nSet-Cookie: A=4\r\n",
    ),
    head,
  );
  const sent = ["X-UpPer", "1", "x-lower", "2", "Cookie", "a=1", "X-UpPer", "3", "X-Empty", ""];
  const lines = sent.map((text, index) => text + (index % 2 === 0 ? ": " : "\r\n")).join("");
  const seen = reportOf(await get(client, "", lines)).fields.slice(2, 2 + sent.length);
  assert.deepEqual(seen, sent);
}

async function trailers(server: Server): Promise<void> {
  using client = await connect(server);
  const answer = await get(client, "/trailers", "TE: trailers\r\n");
  assert.match(answer.head, /\r\ntrailer: X-Sum, X-Other\r\n/);
  assert.deepEqual([answer.body, answer.trailers], ["body", "X-Sum: 42\r\nX-Other: yes\r\n"]);
  await client.write(
    "POST /messages HTTP/1.1\r\nHost: h\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n" +
      "3\r\nabc\r\n0\r\nX-Sum: 7\r\nx-more: 8\r\n\r\n",
  );
  const { body, trailers } = reportOf(await readAnswer(client));
  assert.deepEqual([body, trailers], ["abc", ["X-Sum", "7", "x-more", "8"]]);
}

async function earlyHints(server: Server): Promise<void> {
  using client = await connect(server);
  const heads = [await get(client, "/early"), await readAnswer(client)].map(({ head }) => head);
  for (const [index, name] of ["a", "b"].entries()) {
    assert.match(heads[index]!, /^HTTP\/1\.1 103 /);
    assert.match(heads[index]!, new RegExp(`\r\nLink: </${name}\\.css>; rel=preload\r\n`));
  }
  const { head, body } = await readAnswer(client);
  assert.match(head, /^HTTP\/1\.1 200 /);
  assert.equal(body, "late");
}

async function oldVersion(server: Server): Promise<void> {
  const KEEP = "Connection: keep-alive\r\n";
  for (
    const [path, fields, body, isKept] of [
      ["/sized", "", "sized", false],
      ["/open", "", "no length is told", false],
      ["/sized", KEEP, "sized", true],
      // Without chunks only the end of the connection ends the answer.
      ["/open", KEEP, "no length is told", false],
      ["/early", "", "late", false],
    ] as const
  ) {
    using client = await connect(server);
    const request = `GET /messages${path} HTTP/1.0\r\n${fields}\r\n`;
    await client.write(request);
    const answer = await readAnswer(client);
    assert.match(answer.head, /^HTTP\/1\.1 200 /);
    assert.match(
      answer.head,
      isKept ? /\r\nconnection: keep-alive\r\n/i : /\r\nconnection: close\r\n/i,
    );
    assert.doesNotMatch(answer.head, /chunked/i);
    assert.equal(answer.body, body);
    if (isKept) {
      await client.write(request);
      assert.equal((await readAnswer(client)).body, body);
    } else assert.equal(await client.readAll(), "");
  }
}

async function expectAccepted(server: Server): Promise<void> {
  using client = await connect(server);
  await client.write(expecting("/accept"));
  assert.match(await client.readHead(), /^HTTP\/1\.1 100 Continue\r\n/);
  await client.write("hello");
  assert.equal(reportOf(await readAnswer(client)).body, "hello");
  assert.equal((await get(client, "/sized")).body, "sized");
}

async function expectRefused(server: Server): Promise<void> {
  using client = await connect(server);
  await client.write(expecting("/refuse"));
  const { head, body } = await readAnswer(client);
  assert.match(head, /^HTTP\/1\.1 417 /);
  assert.equal(body, "0 bytes came");
}

function expecting(path: string): string {
  return `POST /messages${path} HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n` +
    "Content-Length: 5\r\n\r\n";
}

async function get(client: Peer, path: string, fields = ""): Promise<RawAnswer> {
  await client.write(`GET /messages${path} HTTP/1.1\r\nHost: h\r\n${fields}\r\n`);
  return await readAnswer(client);
}

function reportOf(answer: RawAnswer): Report {
  assert.match(answer.head, /^HTTP\/1\.1 200 /);
  return JSON.parse(answer.body);
}
