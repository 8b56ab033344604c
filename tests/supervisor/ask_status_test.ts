import assert from "node:assert/strict";
import { type AskedStatus, askStatus } from "../../lib/supervisor/ask_status.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const ASK_STATUS = "../../lib/supervisor/ask_status.ts";

const cases: readonly [what: string, answer: string, expected: AskedStatus][] = [
  ["HTTP/1.1", "HTTP/1.1 204 No Content\r\n\r\n", { type: "status", status: 204 }],
  ["HTTP/1.0", "HTTP/1.0 503 \r\n\r\n", { type: "status", status: 503 }],
  ["another protocol", "220 mail.example.com ESMTP\r\n", none("the answer is not HTTP")],
  ["an empty response", "", none("the answer is not HTTP")],
  ["an incomplete status line", "HTTP/1.1 20", none("the answer is not HTTP")],
];

for (const [what, answer, expected] of cases) {
  Deno.test(`askStatus() parses ${what}`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const served = serveOnce(listener, answer);
    const signal = new AbortController().signal;
    const { hostname, port } = listener.addr;
    assert.deepEqual(await askStatus({ hostname, port }, { path: "/healthz?x", signal }), expected);
    const request = await served;
    assert.match(request, /^GET \/healthz\?x HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
    assert.match(request, /\r\nConnection: close\r\n\r\n$/);
  });
}

Deno.test("askStatus() ends with its signal when the server does not answer", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  const over = new AbortController();
  const asked = askStatus({ hostname, port }, { path: "/", signal: over.signal });
  using connection = await listener.accept();
  await connection.read(new Uint8Array(1_024));
  over.abort();
  assert.deepEqual(await asked, { type: "late", reason: "no answer in time" });
});

Deno.test("askStatus() distinguishes a missing server from a host without descriptors", async () => {
  const { signal } = new AbortController();
  const program = `
    import { askStatus } from ${JSON.stringify(import.meta.resolve(ASK_STATUS))};
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { hostname, port } = listener.addr;
    const files = [];
    try { for (;;) files.push(await Deno.open("/dev/null")); } catch { /* No descriptor is left. */ }
    const { signal } = new AbortController();
    const asked = await askStatus({ hostname, port }, { path: "/", signal });
    files.forEach((file) => file.close());
    console.log(asked.type);`;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", 'ulimit -n 64; exec "$0" eval --ext=ts "$1"', Deno.execPath(), program],
    stderr: "inherit",
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "unasked\n");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  listener.close();
  assert.equal((await askStatus({ hostname, port }, { path: "/", signal })).type, "none");
});

Deno.test("askStatus() supports Unix sockets", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("s.sock");
  await using _server = Deno.serve({ path, onListen() {} }, (request) => {
    const isAsked = request.headers.get("host") === "localhost";
    return new Response(null, { status: isAsked ? 201 : 400 });
  });
  const { signal } = new AbortController();
  const asked = await askStatus({ path }, { path: "/healthz", signal });
  assert.deepEqual(asked, { type: "status", status: 201 });
});

async function serveOnce(listener: Deno.TcpListener, answer: string): Promise<string> {
  using connection = await listener.accept();
  const bytes = new Uint8Array(1_024);
  const count = await connection.read(bytes);
  if (answer !== "") await connection.write(new TextEncoder().encode(answer));
  return new TextDecoder().decode(bytes.subarray(0, count ?? 0));
}

function none(reason: string): AskedStatus {
  return { type: "none", reason };
}
