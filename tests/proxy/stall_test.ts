import { equal, match, ok } from "node:assert/strict";
import { begin, GET, OK, openStage, type Stage, within } from "./harness.ts";

/** Resolves when the proxy has no connection and the function no request any more. */
async function untilFree(stage: Stage): Promise<void> {
  const free = async (): Promise<void> => {
    while (stage.proxy.connections > 0 || stage.upstream.inFlight > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await within(free(), "the proxy to let go");
}

const POST = "POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n";

Deno.test("exchange() lets go of a client that dribbles behind its refusal", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, `${POST}a`);
  await served.write("garbage\r\n\r\n");
  match(await client.readUntil("an HTTP/1.1 status line"), /^HTTP\/1.1 502 /);
  await client.write("b").catch(() => {});
  // The proxy has ended its side; the client keeps its own open and goes on for ever.
  await untilFree(stage);
});

Deno.test("exchange() bounds a body's pause behind an interim answer", async () => {
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

Deno.test("exchange() bounds a body's pause behind the answer's begin", async () => {
  await using stage = openStage({ stallTimeoutMs: 1 });
  const { client, served } = await begin(stage, `${POST}a`);
  await served.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  equal((await client.readAll()).endsWith("0\r\n\r\n"), false);
  client.close();
  await untilFree(stage);
});

Deno.test("exchange() notices a client that leaves, whatever it has asked for or sent behind", async () => {
  const requests = [
    GET,
    GET.replace("Host", "Connection: Upgrade\r\nUpgrade: x\r\nHost"),
    GET + "x".repeat(5_000),
    GET + "x".repeat(60_000),
  ];
  for (const request of requests) {
    await using stage = openStage();
    const { client, served } = await begin(stage, request);
    await served.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    await client.readHead();
    client.close();
    await served.readAll();
    await untilFree(stage);
  }
});

Deno.test("exchange() does not wait for ever for one who has sent more than there is room for", async () => {
  await using stage = openStage({ stallTimeoutMs: 1 });
  const { client, served } = await begin(stage, GET);
  const sent = client.write(new Uint8Array(1024 * 1024)).catch(() => {});
  await served.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  await served.readAll();
  client.close();
  await sent;
  await untilFree(stage);
});

Deno.test("refuseClient() waits for nobody who takes nothing", async () => {
  await using stage = openStage();
  stage.routes.delete("app");
  const client = await stage.connect();
  // Answers that fill all buffers on the way, and then what can't be read.
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

Deno.test("readRequestHead() takes no state over from another client's head", async () => {
  await using stage = openStage({ maxHeadBytes: 1_024 });
  const first = await begin(stage, GET.replace("GET", "HEAD"));
  await first.served.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  await first.client.readHead();
  const second = await stage.connect();
  await second.write(`GET /app HTTP/1.1\r\nHost: h\r\nA: ${"x".repeat(2_000)}\r\n\r\n`);
  match(await second.readAll(), /^HTTP\/1.1 431 .*\r\n\r\nRequest header fields too large: more/s);
});

Deno.test("serveClient() tells a browser in HTML also when more had come behind the request", async () => {
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

Deno.test("readRequestHead() takes an empty line in two pieces for no request", async () => {
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

Deno.test("exchange() hands all of an answer over although more had come behind the request", async () => {
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
