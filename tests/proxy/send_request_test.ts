import assert from "node:assert/strict";
import { sendRequest } from "../../lib/proxy/send_request.ts";
import { createUpstream } from "../../lib/proxy/upstream.ts";

const LIMITS = { maxHeadBytes: 1_024, maxFields: 10 };

/** Answers one connection with some bytes, after it has read a request; returns the request. */
async function exchangeWith(
  answer: string,
  { method = "POST", signal = new AbortController().signal } = {},
): Promise<{ readonly status: number | string; readonly request: string }> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const received = (async () => {
    using connection = await listener.accept();
    const bytes = new Uint8Array(4_096);
    const length = await connection.read(bytes) ?? 0;
    await connection.write(new TextEncoder().encode(answer)).catch(() => {});
    return new TextDecoder().decode(bytes.subarray(0, length));
  })();
  const { hostname, port } = listener.addr as Deno.NetAddr;
  const upstream = createUpstream({ hostname, port });
  try {
    const request = { method, target: "/job?a=1", fields: { "X-Ddsrv-Schedule": "report" } };
    const sent = sendRequest(upstream, request, { ...LIMITS, signal });
    const status = await sent.catch((error) => error.message as string);
    return { status, request: (await received).replace(/127\.0\.0\.1:\d+/, "HOST") };
  } finally {
    assert.equal(upstream.inFlight, 0);
    assert.equal(upstream.connections, 0);
    upstream.close();
  }
}

const answers: readonly [what: string, answer: string, expected: number | string][] = [
  ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200],
  ["chunks", "HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 503],
  ["no length", "HTTP/1.1 200 OK\r\n\r\nuntil the end", 200],
  ["no body", "HTTP/1.1 204 No Content\r\n\r\n", 204],
  ["an interim response", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204],
  [
    "half a body",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
    "the function's response ended before its body was complete",
  ],
  [
    "half a chunk",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha",
    "the function's response ended before its body was complete",
  ],
  ["no response", "", "the function closed the connection before its response"],
  ["half a head", "HTTP/1.1 200", "the function closed the connection before its response"],
  [
    "another protocol",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "the function switched protocols without being asked",
  ],
  [
    "a large head",
    `HTTP/1.1 200 OK\r\nX: ${"x".repeat(2_000)}`,
    "the head of the function's response is too large",
  ],
  [
    "many interim responses",
    "HTTP/1.1 103 E\r\n\r\n".repeat(100),
    "the function sent too many interim responses",
  ],
];

for (const [what, answer, expected] of answers) {
  Deno.test(`sendRequest() of a response with ${what}`, async () => {
    assert.equal((await exchangeWith(answer)).status, expected);
  });
}

const DONE = "HTTP/1.1 204 No Content\r\n\r\n";

Deno.test("sendRequest() sends a complete request, with a length where the method needs one", async () => {
  const common = "Host: HOST\r\nUser-Agent: ddsrv\r\nConnection: close\r\n";
  const field = "X-Ddsrv-Schedule: report\r\n\r\n";
  const post = await exchangeWith(DONE);
  assert.equal(
    post.request,
    `POST /job?a=1 HTTP/1.1\r\n${common}Content-Length: 0\r\n${field}`,
  );
  const get = await exchangeWith(DONE, { method: "GET" });
  assert.equal(get.request, `GET /job?a=1 HTTP/1.1\r\n${common}${field}`);
});

Deno.test("sendRequest() closes its connection when the signal aborts", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr as Deno.NetAddr;
  const upstream = createUpstream({ hostname, port });
  const abort = new AbortController();
  const sent = sendRequest(
    upstream,
    { method: "POST", target: "/", fields: {} },
    { ...LIMITS, signal: abort.signal },
  );
  using connection = await listener.accept();
  assert.ok(await connection.read(new Uint8Array(4_096)));
  assert.equal(upstream.inFlight, 1);
  abort.abort();
  await assert.rejects(sent);
  assert.equal(await connection.read(new Uint8Array(1)), null);
  upstream.close();
});
