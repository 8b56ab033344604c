import { equal, match, ok } from "node:assert/strict";
import { begin, GET, OK, openStage, type Stage, within } from "./harness.ts";

/** Resolves when no connection is open at the proxy and no request at the function. */
async function untilFree(stage: Stage): Promise<void> {
  const free = async (): Promise<void> => {
    while (stage.proxy.connections > 0 || stage.upstream.inFlight > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await within(free(), "the proxy to let go");
}

const POST = "POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n";

Deno.test("exchange() disconnects a client that keeps sending after its error response", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, `${POST}a`);
  await served.write("garbage\r\n\r\n");
  match(await client.readUntil("an HTTP/1.1 status line"), /^HTTP\/1.1 502 /);
  await client.write("b").catch(() => {});
  // The proxy has shut down its side; the client keeps sending.
  await untilFree(stage);
});

Deno.test("exchange() limits pauses of a request body after an interim response", async () => {
  await using stage = openStage({ stallTimeoutMs: 1 });
  const { client, served } = await begin(
    stage,
    POST.replace("Host", "Expect: 100-continue\r\nHost"),
  );
  await served.write("HTTP/1.1 100 Continue\r\n\r\n");
  match(await client.readAll(), /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 408 .*body-timeout\r\n/s);
  client.close();
  await untilFree(stage);
});

Deno.test("exchange() limits pauses of a request body after the response has started", async () => {
  await using stage = openStage({ stallTimeoutMs: 1 });
  const { client, served } = await begin(stage, `${POST}a`);
  await served.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  equal((await client.readAll()).endsWith("0\r\n\r\n"), false);
  client.close();
  await untilFree(stage);
});

Deno.test("exchange() notices a disconnect after any request and any further data", async () => {
  const requests = [
    GET,
    GET.replace("Host", "Connection: Upgrade\r\nUpgrade: x\r\nHost"),
    GET + "x".repeat(5_000),
    GET + "x".repeat(60_000),
  ];
  await Promise.all(requests.map(async (request) => {
    await using stage = openStage();
    const { client, served } = await begin(stage, request);
    await served.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    await client.readHead();
    client.close();
    await served.readAll();
    await untilFree(stage);
  }));
});

Deno.test("exchange() times out for a client that has sent more data than the buffer holds", async () => {
  await using stage = openStage({ stallTimeoutMs: 1 });
  const { client, served } = await begin(stage, GET);
  const sent = client.write(new Uint8Array(1024 * 1024)).catch(() => {});
  await served.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  await served.readAll();
  client.close();
  await sent;
  await untilFree(stage);
});

Deno.test("refuseClient() disconnects a client that does not read", async () => {
  await using stage = openStage();
  stage.routes.delete("app");
  const client = await stage.connect();
  // Responses that fill all buffers, and then an invalid request.
  const flood = (async () => {
    for (let count = 0; count < 4_000; count++) await client.write(GET.repeat(40));
    await client.write("BROKEN\r\n\r\n");
  })().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  ok(stage.proxy.connections > 0);
  client.close();
  await flood;
  await untilFree(stage);
});

Deno.test("readRequestHead() keeps no state of another client's head", async () => {
  await using stage = openStage({ maxHeadBytes: 1_024 });
  const first = await begin(stage, GET.replace("GET", "HEAD"));
  await first.served.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  await first.client.readHead();
  const second = await stage.connect();
  await second.write(`GET /app HTTP/1.1\r\nHost: h\r\nA: ${"x".repeat(2_000)}\r\n\r\n`);
  match(await second.readAll(), /^HTTP\/1.1 431 .*\r\n\r\nRequest header fields too large: more/s);
});

Deno.test("serveClient() answers a browser with HTML after a pipelined request", async () => {
  await using stage = openStage();
  const asking = GET.replace("Host", "Accept: text/html\r\nHost");
  const { client, served } = await begin(stage, asking);
  await client.write("GET /app/another/request/behind/it HTTP/1.1\r\nHost: hhhhhhhh\r\n");
  await new Promise((resolve) => setTimeout(resolve, 5));
  served.close();
  match(
    await client.readUntil("</html>"),
    /^HTTP\/1.1 502 .*<h1>502 Error forwarding request<\/h1>/s,
  );
});

Deno.test("readRequestHead() skips an empty line that arrives in two pieces", async () => {
  await using stage = openStage({ headTimeoutMs: 1 });
  const client = await stage.connect();
  await client.write("\r");
  await client.write("\n");
  const { client: other } = await begin(stage, GET);
  other.close();
  await client.write(GET);
  const served = await stage.backend.accept();
  await served.readHead();
  await served.write(OK);
  equal(await client.readUntil("ok"), OK);
});

Deno.test("exchange() delivers a whole response after a pipelined request", async () => {
  await using stage = openStage();
  const length = 3_000_000;
  const { client, served } = await begin(
    stage,
    GET.replace("Host", "Connection: close\r\nHost") + "x".repeat(20_000),
  );
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${"y".repeat(length)}`;
  const answered = served.write(answer);
  const got = await client.readAll();
  await answered;
  equal(got.length - got.indexOf("\r\n\r\n") - 4, length);
  equal(client.isReset, false);
});
