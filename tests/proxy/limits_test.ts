import { equal, match } from "node:assert/strict";
import { createUpstream } from "../../lib/proxy/upstream.ts";
import { begin, GET, OK, openStage, within } from "./harness.ts";

function post(fields: string, body = ""): string {
  return `POST /app HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${body}`;
}

Deno.test("serveClient() answers 413 to a declared length above the limit before forwarding", async () => {
  await using stage = openStage({ maxBodyBytes: 4 });
  const client = await stage.connect();
  await client.write(post("Content-Length: 5", "12345") + GET);
  match(
    await client.readUntil("more than 4 bytes"),
    /^HTTP\/1.1 413 Content Too Large\r\n.*x-ddsrv-error: body-too-large\r\nconnection: keep-alive/s,
  );
  // All of the body had arrived, so the proxy could find the next request.
  const served = await stage.backend.accept();
  await served.readHead();
  await served.write(OK);
  await client.readUntil("ok");
  const late = await stage.connect();
  await late.write(post("Content-Length: 5"));
  match(await late.readAll(), /^HTTP\/1.1 413 .*\r\nconnection: close\r\n/s);
});

Deno.test("exchange() answers 413 to chunks above the limit", async () => {
  await using stage = openStage({ maxBodyBytes: 4 });
  for (const body of ["5\r\n12345\r\n", "4\r\n1234\r\n1\r\n", "ffffffff\r\n"]) {
    const client = await stage.connect();
    await client.write(post("Transfer-Encoding: chunked", body));
    const served = await stage.backend.accept();
    match(await client.readAll(), /^HTTP\/1.1 413 .*\r\nconnection: close\r\n/s, body);
    equal((await served.readAll()).includes("12345"), false);
  }
});

Deno.test("exchange() forwards a body of exactly the maximum size", async () => {
  await using stage = openStage({ maxBodyBytes: 4 });
  const rows: [string, string][] = [
    ["Content-Length: 4", "1234"],
    ["Transfer-Encoding: chunked", "1;x=y\r\n1\r\n3\r\n234\r\n0\r\nA: b\r\n\r\n"],
  ];
  for (const [fields, body] of rows) {
    const { client, served } = await begin(stage, post(fields, body));
    equal(await served.read(body.length), body);
    await served.write(OK);
    match(await client.readUntil("ok"), /^HTTP\/1.1 200 /);
    served.close();
  }
});

Deno.test("exchange() answers 502 if a function does not accept in time", async () => {
  await using stage = openStage({ connectTimeoutMs: 50 });
  // Its backlog is full, so further connections wait in the kernel.
  using full = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = full.addr;
  const waiting: Deno.TcpConn[] = [];
  for (let count = 0; count < 2; count++) {
    waiting.push(await Deno.connect({ hostname: "127.0.0.1", port }));
  }
  const upstream = createUpstream({ hostname: "127.0.0.1", port });
  stage.routes.set("app", { type: "ready", upstream });
  const client = await stage.connect();
  await client.write(GET);
  match(
    await client.readUntil("(TimeoutError)"),
    /^HTTP\/1.1 502 .*x-ddsrv-error: upstream-failed\r\nconnection: keep-alive\r\n/s,
  );
  for (const connection of waiting) connection.close();
});

Deno.test("serveClient() answers 503 above the limit of in-flight requests", async () => {
  await using stage = openStage({ maxInFlight: 1 });
  const first = await begin(stage, GET);
  const second = await stage.connect();
  await second.write(GET);
  match(
    await second.readUntil("limit of in-flight requests"),
    /^HTTP\/1.1 503 .*x-ddsrv-error: function-busy\r\nretry-after: 1\r\nconnection: keep-alive/s,
  );
  await first.served.write(OK);
  await first.client.readUntil("ok");
  await second.write(GET);
  await first.served.readHead();
  await first.served.write(OK);
  await second.readUntil("ok");
});

Deno.test("serveClient() answers 503 above the limit of waiting requests", async () => {
  await using stage = openStage({ maxWaiting: 1 });
  stage.routes.set("app", { type: "waiting" });
  const clients = [await stage.connect(), await stage.connect()];
  for (const client of clients) await client.write(GET);
  const heads = clients.map((client, index) => client.readHead().then((head) => ({ head, index })));
  // Either of the two may have arrived first.
  const { head, index } = await Promise.race(heads);
  match(
    head,
    /^HTTP\/1.1 503 .*x-ddsrv-error: function-starting\r\nretry-after: 1\r\nconnection: keep-alive/s,
  );
  stage.routes.delete("app");
  match((await heads[1 - index]!).head, /^HTTP\/1.1 404 /);
});

Deno.test("openProxy() answers 503 above the limit of connections", async () => {
  await using stage = openStage({ maxConnections: 1, maxConnectionsPerPeer: Infinity });
  const first = await begin(stage, GET);
  const second = await stage.connect();
  await second.write(GET);
  match(
    await second.readAll(),
    /^HTTP\/1.1 503 .*x-ddsrv-error: too-many-connections\r\nretry-after: 1\r\nconnection: close/s,
  );
  second.close();
  await first.served.write(OK);
  await first.client.readUntil("ok");
  first.client.close();
  // The proxy notices a disconnect a little later.
  const untilFree = async (): Promise<void> => {
    while (stage.proxy.connections > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  await within(untilFree(), "room for a connection");
  const third = await stage.connect();
  await third.write(GET);
  await first.served.readHead();
  await first.served.write(OK);
  await third.readUntil("ok");
});
